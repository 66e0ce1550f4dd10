import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const EVERYWHERE = [
  { selector: 'TSEnumDeclaration', message: 'Use an `as const` object or tuple.' },
  { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
  { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', 'bench/dist/', 'bench/results/'] },
  js.configs.recommended,
  {
    // An expression whose time grows faster than its input lets one webhook hold up all others.
    files: ['src/**/*.ts', 'web/**/*.js', 'kit/**/*.js'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      'max-lines': ['error', 400],
    },
  },
  {
    files: ['src/workflows/**/*.ts', 'src/shipment/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'fetch', 'process', 'Buffer', 'require'] },
  },
  {
    files: ['src/**/*.ts', 'temporal/**/*.ts'],
    ignores: ['config', 'surroundings', 'env-file', 'shared-settings', 'terminal-language'].map(
      (file) => `src/config/${file}.ts`,
    ),
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings come from src/config/config.ts.' },
      ],
    },
  },
  {
    // A source reads a body through src/sources/reading alone, where every string is cut to a bound.
    files: ['src/sources/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...EVERYWHERE,
        ...[
          "CallExpression[callee.object.name='JSON'][callee.property.name='parse']",
          "CallExpression[callee.name='String']",
          "UnaryExpression[operator='typeof']",
          'TSAsExpression > TSStringKeyword',
        ].map((selector) => ({
          selector,
          message: 'Strings come from `textOf`, `childText` and `readFieldText`.',
        })),
      ],
    },
  },
  { files: ['src/**/*.ts'], ignores: ['src/terminal.ts'], rules: { 'no-console': 'error' } },
  // Scripts of a browser, which name what it gives them.
  { files: ['web/**/*.js'], extends: [tseslint.configs.disableTypeChecked], rules: { 'no-undef': 'off' } },
  // What others copy into their projects: syntax of the platform it runs on. `npm run types` knows its globals.
  {
    files: ['kit/uni-app/**/*.js'],
    languageOptions: { ecmaVersion: 2015 },
    rules: {
      'no-undef': 'off',
      'no-unused-vars': ['error', { caughtErrors: 'none' }],
      'max-lines': ['error', 400],
    },
  },
  {
    files: ['kit/unicloud/**/*.js'],
    languageOptions: { ecmaVersion: 2021, sourceType: 'commonjs' },
    rules: { 'no-undef': 'off', 'max-lines': ['error', 400] },
  },
  { files: ['**/*.mjs', '**/*.cjs'], extends: [tseslint.configs.disableTypeChecked] },
);
