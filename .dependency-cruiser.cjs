/**
 * The import table of ARCHITECTURE.md, checked.
 * A room lists the rooms of src/ that it may import from and the packages it may use.
 * Types may cross every door ("types" in the table), so type-only imports are left out.
 */
const TFJS = '@tensorflow/';
const D3 = 'd3($|/|-)';

const rooms = [
  { room: 'base', may: [], packages: [] },
  { room: 'trace', may: ['base'], packages: [] },
  { room: 'prepare', may: ['base', 'trace'], packages: [] },
  { room: 'simulator', may: ['base', 'trace', 'prepare'], packages: [] },
  { room: 'features', may: ['base', 'trace'], packages: [] },
  { room: 'scoring', may: ['base', 'trace'], packages: [] },
  { room: 'judge', may: ['base', 'trace', 'scoring'], packages: [] },
  { room: 'statistics', may: ['base', 'trace', 'features'], packages: [] },
  { room: 'changes', may: ['base', 'trace', 'features', 'statistics'], packages: [] },
  { room: 'lab', may: ['base', 'trace', 'scoring'], packages: [] },
  { room: 'inspect', may: ['base', 'trace', 'features', 'scoring'], packages: [] },
  {
    room: 'ingest',
    may: ['base', 'trace'],
    packages: ['fflate', 'fzstd', 'hyparquet', 'xz-decompress', '@bufbuild/protobuf'],
  },
  { room: 'export', may: ['base', 'trace'], packages: [] },
  { room: 'kernels', may: ['base'], packages: [TFJS] },
  { room: 'nn', may: ['base', 'kernels'], packages: [TFJS] },
  {
    room: 'detectors',
    may: ['base', 'trace', 'features', 'scoring', 'statistics', 'nn'],
    packages: [TFJS],
  },
  {
    room: 'parity',
    may: ['base', 'trace', 'features', 'scoring', 'ingest', 'nn', 'detectors'],
    packages: [],
  },
  {
    room: 'run',
    may: [
      'base',
      'trace',
      'features',
      'scoring',
      'inspect',
      'detectors/[^/]+/meta(-settings)?',
      'detectors/catalog',
    ],
    packages: ['fflate', 'valibot'],
  },
  {
    room: 'model',
    may: [
      'base',
      'trace',
      'features',
      'scoring',
      'statistics',
      'inspect',
      'run',
      'detectors/[^/]+/meta(-settings)?',
      'detectors/catalog',
    ],
    packages: [],
  },
  { room: 'service-worker', may: [], packages: ['workbox-precaching'] },
  {
    room: 'onnx',
    may: ['base', 'features', 'scoring', 'nn', 'detectors', 'model'],
    packages: ['@bufbuild/protobuf'],
  },
  { room: 'storage', may: ['base', 'run'], packages: ['idb', 'valibot'] },
  {
    room: 'stores',
    may: [
      'base',
      'trace',
      'features',
      'prepare',
      'scoring',
      'lab',
      'inspect',
      'changes',
      'run',
      'model',
      'storage',
      'simulator/stand-in-catalog',
      'detectors/[^/]+/meta(-settings)?',
      'detectors/catalog',
      'worker/protocol',
      'worker/client',
    ],
    packages: ['zustand'],
  },
  {
    room: 'headless',
    may: [
      'base',
      'stores',
      'run/named-formulas',
      'detectors/[^/]+/meta(-settings)?',
      'detectors/catalog',
    ],
    packages: [],
  },
  {
    room: 'node',
    may: [
      'base',
      'trace',
      'features',
      'prepare',
      'simulator',
      'ingest',
      'export',
      'nn',
      'detectors',
      'judge',
      'run',
      'model',
      'onnx',
      'scoring',
      'headless/(given-files|read-choices)',
      'stores/(dataset/dataset-import|baselines/matrix-view|run/(run-choices|run-report|training-log))',
      'worker/(prepare-dataset|web-gpu)',
    ],
    packages: [TFJS],
  },
  {
    room: 'ui',
    may: [
      'base',
      'run',
      'stores',
      'detectors/[^/]+/meta(-settings)?',
      'detectors/catalog',
      'scoring/corrections',
      'scoring/formula',
    ],
    packages: ['react', 'react-dom', 'zustand', D3, '@fontsource/', 'katex', 'marked'],
  },
];

const outside = (names) => `node_modules/(?!${names.join('|') || '$'})`;

const roomRules = rooms.flatMap(({ room, may, packages }) => [
  {
    name: `${room}-imports`,
    comment: `src/${room} may import from: ${may.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: '\\.test\\.tsx?$' },
    to: {
      path: '^src/',
      pathNot: [`^src/${room}/`, ...may.map((name) => `^src/${name}(/|\\.ts)`)],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: `${room}-packages`,
    comment: `src/${room} may use the packages: ${packages.join(', ') || 'none'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: '\\.test\\.tsx?$' },
    to: { path: outside(packages), dependencyTypesNot: ['type-only'] },
  },
]);

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { circular: true },
    },
    {
      name: 'worker-door',
      comment: 'protocol and client are plain: the page imports them without tfjs',
      severity: 'error',
      from: { path: '^src/worker/(protocol|client)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: ['^src/base/', '^src/worker/(protocol|client)\\.ts$', '^src/worker/entry\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'worker-imports',
      severity: 'error',
      from: { path: '^src/worker/', pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src/(ui|stores|storage|testing)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nn-asks-for-its-backend-in-one-place',
      comment: 'an operation is a table of cpu, wasm and webgpu: byBackend of routine.ts',
      severity: 'error',
      from: { path: '^src/nn/', pathNot: ['\\.test\\.tsx?$', '^src/nn/routine\\.ts$'] },
      to: {
        path: '^src/kernels/(wasm|webgpu)-kernels\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'charts-and-widgets-take-props',
      severity: 'error',
      from: { path: '^src/ui/(charts|widgets)/' },
      to: { path: '^src/(stores|ui/(cells|app))/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'detectors-stay-strangers',
      severity: 'error',
      comment: 'what several methods use is in shared/',
      from: { path: '^src/detectors/([^/]+)/' },
      to: {
        path: '^src/detectors/[^/]+/',
        pathNot: ['^src/detectors/$1/', '^src/detectors/shared/'],
      },
    },
    {
      name: 'node-alone-opens-node',
      comment: 'the page and its worker have no modules of Node',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.tsx?$', '^src/(node|testing)/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'formats-are-known-to-their-list',
      severity: 'error',
      comment: 'parity reads the authors’ rows through their own format',
      from: {
        path: '^src/',
        pathNot: ['^src/ingest/formats/list\\.ts$', '^src/parity/', '\\.test\\.tsx?$'],
      },
      to: { path: '^src/ingest/formats/', pathNot: '/list\\.ts$' },
    },
    {
      name: 'only-tests-open-testing',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.tsx?$', '^src/testing/'] },
      to: { path: '^src/testing/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\?(url|worker|raw)' },
  },
};
