import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md). Type imports are free: they leave no trace at run time. */
const borders = [
  {
    folder: 'src/workflows',
    allowed: 'only types, @temporalio/workflow and common, and the pure shipment folder',
    forbidden: [
      '^node:',
      '^(pg|zod|express|pino|luxon|jsonwebtoken)$',
      '^@temporalio/(?!workflow$|common$)',
      '^(\\.\\./)+(?!\\.\\./|shipment/)',
    ],
  },
  {
    folder: 'src/shipment',
    allowed: 'nothing but itself: it runs inside the workflow sandbox too',
    forbidden: ['^[^.]', '^\\.\\./'],
  },
  {
    folder: 'src/sources',
    allowed: 'shipment and pure libraries: no Temporal, no database',
    forbidden: ['^@temporalio/', '^pg$', '^(\\.\\./)+(?!\\.\\./|shipment/)'],
  },
  {
    folder: 'src/intake',
    allowed: 'sources, shipment, database, the contract of the workflows, and the Temporal client',
    forbidden: [
      '^@temporalio/(?!client$)',
      '^(\\.\\./)+(api|push|activities|cli|embedded)/',
      '^(\\.\\./)+workflows/(?!(contract|search-attributes)$)',
    ],
  },
  {
    folder: 'src/push',
    allowed: 'shipment, the kinds of settings, and pure libraries: no Temporal, no database',
    forbidden: ['^@temporalio/', '^pg$', '^\\.\\./(?!shipment/|setting-fields$)'],
  },
  {
    folder: 'src/push/*',
    allowed: 'the rest of push, the kinds of settings, and pure libraries: no Temporal, no database',
    forbidden: ['^@temporalio/', '^pg$', '^\\.\\./\\.\\./(?!setting-fields$)'],
  },
  {
    folder: 'src/activities',
    allowed: 'database, push, shipment; never the API or a source',
    forbidden: ['^(\\.\\./)+(api|sources|cli|embedded|workflows)/'],
  },
  {
    folder: 'src/database',
    allowed: 'shipment and the project root; no Temporal, no push, no API',
    forbidden: ['^@temporalio/', '^\\.\\./(?!shipment/|project-root$)'],
  },
  {
    folder: 'src/api',
    allowed:
      'everything but push (save how receipts are read), activities and the embedded parts: the API starts workflows and never pushes',
    forbidden: [
      '^(\\.\\./)+(push/(?!getui/receipt$)|activities/|cli/|embedded/)',
      '^@temporalio/(worker|workflow)$',
    ],
  },
  {
    folder: 'src/doctor',
    allowed:
      'what it looks at, and what the commands know of processes and ports: no activity, no embedded part',
    forbidden: [
      '^(\\.\\./)+(activities|embedded)/',
      '^(\\.\\./)+cli/(?!(places|port-holder|ports|role|running-processes|wanted-ports)$)',
      '^@temporalio/(worker|workflow)$',
    ],
  },
  {
    folder: 'bench',
    allowed: 'nothing of the product, which it knows from the outside only: commands, HTTP, tables',
    forbidden: ['^(\\.\\./)+(src|temporal|test|scripts|dist)/', '^@temporalio/'],
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.data/', 'web/', 'bench/dist/', 'bench/results/'] },
  js.configs.recommended,
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
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use an `as const` object or tuple.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
      ],
      'max-lines': ['error', 300],
    },
  },
  ...borders.map(({ folder, allowed, forbidden }) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: forbidden.map((regex) => ({
            regex,
            allowTypeImports: true,
            message: `${folder} may import ${allowed}.`,
          })),
        },
      ],
    },
  })),
  {
    files: ['src/workflows/**/*.ts', 'src/shipment/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'fetch', 'process', 'Buffer', 'require'] },
  },
  {
    files: ['src/**/*.ts', 'temporal/**/*.ts'],
    ignores: ['src/config.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings come from src/config.ts.' },
      ],
    },
  },
  { files: ['**/*.mjs', '**/*.cjs'], extends: [tseslint.configs.disableTypeChecked] },
);
