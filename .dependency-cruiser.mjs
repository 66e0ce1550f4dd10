/**
 * Who may import whom, type imports included: the table of docs/architecture.md, held by `npm run lint`. A room is a
 * folder of `src`; what it may know are the beginnings of paths under `src`. Root files of `src` are what everybody
 * needs, and are free for every room that is not pure.
 */
const ROOT_FILES = [
  'alarms',
  'errors',
  'every',
  'few-at-once',
  'log',
  'make-folder',
  'process-identity',
  'project-root',
  'refused-in-chinese',
  'spoken',
  'terminal',
];
const CONTRACT = [
  'workflows/contract',
  'workflows/messages',
  'workflows/progress',
  'workflows/search-attributes',
];
const WORKER_SIDE = /^@temporalio\/(worker|workflow|activity)$/;

/** `knows`: rooms or files of them; `not`: packages that it must not import. */
export const ROOMS = {
  shipment: { pure: true, knows: [], not: /./ },
  workflows: {
    pure: true,
    // Of the steps only the types: their code never enters the sandbox.
    knows: ['shipment/', 'activities/index'],
    not: /^(?!@temporalio\/(workflow|common)$)/,
  },
  sources: { pure: true, knows: ['shipment/'], not: /^(@temporalio\/|pg$|express$)/ },
  push: {
    pure: true,
    knows: ['shipment/', 'config/(setting-fields|network-reach)'],
    not: /^(@temporalio\/|pg$|express$)/,
  },
  config: {
    pure: true,
    knows: ['shipment/', 'push/settings', 'sources/reading/field-words'],
    not: /^(@temporalio\/|pg$|express$)/,
  },
  database: { knows: ['shipment/', 'config/'], not: /^(@temporalio\/|express$)/ },
  // A retry of many does for each delivery what a retry of one does.
  activities: {
    knows: ['database/', 'push/', 'shipment/', 'config/', 'deliveries/'],
    not: /^(express|@temporalio\/(worker|workflow))$/,
  },
  deliveries: { knows: [...CONTRACT, 'database/', 'shipment/', 'config/'], not: WORKER_SIDE },
  intake: {
    knows: ['workflows/contract', 'deliveries/', 'sources/', 'database/', 'shipment/', 'config/'],
    not: WORKER_SIDE,
  },
  // It tells people what is wrong, and finds nothing out by itself.
  alerting: {
    knows: [
      ...['database/', 'config/', 'shipment/'],
      ...['push/(send-request|public-lookup)', 'sources/reading/proof'],
    ],
    not: WORKER_SIDE,
  },
  // As alerting: what leaves is a table's rows, and how they are taken is written beside them.
  receivers: {
    knows: [
      ...['database/', 'config/', 'shipment/'],
      ...['push/(send-request|public-lookup)', 'sources/reading/proof'],
    ],
    not: WORKER_SIDE,
  },
  insight: {
    // It says what the maker of a phone was told.
    knows: ['intake/', 'deliveries/', 'database/', 'shipment/', 'config/', 'push/classes/silent-makers'],
    not: WORKER_SIDE,
  },
  api: {
    // It starts workflows and never pushes; how a provider's receipt is read, and what makers are told, is all it knows of the providers' code.
    knows: [
      ...['insight/', 'intake/', 'deliveries/', 'database/', 'shipment/', 'sources/', 'config/'],
      ...['workflows/contract', 'push/settings', 'push/counts', 'push/getui/receipt'],
      'push/classes/silent-makers',
    ],
    not: WORKER_SIDE,
  },
  doctor: {
    knows: [
      ...[
        'database/',
        'deliveries/',
        'intake/',
        'push/',
        'sources/',
        'shipment/',
        'config/',
        'workflows/contract',
      ],
      'process/(locks|places|ports)',
    ],
    not: WORKER_SIDE,
  },
  embedded: {
    knows: ['api/', 'deliveries/link', 'push/', 'sources/', 'shipment/', 'config/'],
    not: WORKER_SIDE,
  },
  process: { knows: ['(?!cli/)'], not: /^commander$/ },
  cli: { knows: ['(?!activities/)'], not: WORKER_SIDE },
};

const borders = Object.entries(ROOMS).flatMap(([room, { pure = false, knows, not }]) => [
  {
    name: `${room}-knows-rooms`,
    comment: `src/${room} may know: ${knows.join(', ') || 'nothing but itself'}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      path: '^src/',
      pathNot: `^src/(${[`${room}/`, ...knows, ...(pure ? [] : ROOT_FILES)].join('|')})`,
    },
  },
  {
    name: `${room}-knows-packages`,
    comment: `src/${room} may not import ${not.source}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
      path: packagePath(not),
    },
  },
]);

/** A rule about the names of packages as one about the paths under node_modules where they are found. */
function packagePath({ source }) {
  return `^node_modules/${source.replace(/^\^/, '').replaceAll('$', '/')}`;
}

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'sandbox-without-node',
      comment: 'src/workflows and src/shipment run inside the workflow sandbox: no module of Node',
      severity: 'error',
      from: { path: '^src/(workflows|shipment)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'bench-from-outside',
      comment:
        'bench knows the product by its commands, HTTP and tables only; what it is compared with, it runs',
      severity: 'error',
      from: { path: '^bench/', pathNot: '^bench/(dist/)?engines/' },
      to: { path: '^((src|temporal|test|scripts|dist)/|node_modules/@temporalio/)' },
    },
    {
      name: 'bench-engines-alone',
      comment: 'the engines beside Waybell have nothing of it',
      severity: 'error',
      from: { path: '^bench/(dist/)?engines/' },
      to: { path: '^(src|temporal|test|scripts|dist)/' },
    },
    {
      name: 'kit-alone',
      comment: 'kit is copied into other projects: it needs nothing of this one',
      severity: 'error',
      from: { path: '^kit/' },
      to: { path: '^((src|temporal|test|scripts|bench|dist)/|node_modules/)' },
    },
    ...borders,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
