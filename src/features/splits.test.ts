import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Label, labelCode, type SetName, setCode, type TraceSet } from '../trace/trace-set.ts';
import { assignSets, FILE_ROLES, guessRole, selectSet } from './splits.ts';

interface TraceRow {
  readonly nodes: number;
  readonly file: number;
  readonly label: Label;
}

/** Traces with the columns that a split reads: structure k is a chain of k nodes. */
function tracesOf(rows: readonly TraceRow[]): TraceSet {
  const most = 40;
  const nodeOffset = Uint32Array.from({ length: most + 2 }, (_, k) => (k * (k - 1)) / 2);
  const nodes = nodeOffset[most + 1]!;
  return {
    services: [''],
    operations: [{ service: 0, name: '' }],
    structures: { nodeOffset, parent: new Int32Array(nodes), operation: new Uint32Array(nodes) },
    structureOf: Uint32Array.from(rows, (row) => row.nodes),
    nodeOffset: new Uint32Array(rows.length + 1),
    latencyUs: new Float32Array(0),
    spanCount: new Uint32Array(0),
    startUs: new Float64Array(rows.length),
    label: Uint8Array.from(rows, (row) => labelCode(row.label)),
    file: Uint16Array.from(rows, (row) => row.file),
    traceIds: { bytes: new Uint8Array(0), offset: new Uint32Array(rows.length + 1) },
  };
}

const normals = (count: number, file = 0): TraceRow[] =>
  Array.from({ length: count }, () => ({ nodes: 5, file, label: 'normal' }));

const sizes = (sets: Uint8Array): Record<SetName, number> => ({
  unused: selectSet(sets, 'unused').length,
  train: selectSet(sets, 'train').length,
  val: selectSet(sets, 'val').length,
  test: selectSet(sets, 'test').length,
});

const options = { seed: 1, maxNodes: 32, limitTrain: null };

describe('assignSets', () => {
  it('divides a file 10 : 2 : 5', () => {
    const sets = assignSets(tracesOf(normals(1700)), { ...options, roles: ['split'] });
    expect(sizes(sets)).toEqual({ unused: 0, train: 1000, val: 200, test: 500 });
  });

  it('keeps the roles of files', () => {
    const traces = tracesOf([...normals(6, 0), ...normals(3, 1), ...normals(4, 2)]);
    const sets = assignSets(traces, { ...options, roles: ['test', 'train', 'val'] });
    expect([...sets]).toEqual([
      ...Array<number>(6).fill(setCode('test')),
      ...Array<number>(3).fill(setCode('train')),
      ...Array<number>(4).fill(setCode('val')),
    ]);
  });

  it.each([
    [['train'], { train: 1000, val: 200, test: 500 }],
    [['train', 'test'], { train: 1417, val: 283, test: 300 }],
    [['train', 'val'], { train: 1133, val: 300, test: 567 }],
  ] as const)('fills what files %s leave open from the training part', (roles, expected) => {
    const traces = tracesOf([
      ...normals(1700, 0),
      ...normals(300, 1).slice(0, roles.length > 1 ? 300 : 0),
    ]);
    expect(sizes(assignSets(traces, { ...options, roles }))).toMatchObject(expected);
  });

  it('is a complete, disjoint, seeded division that trains on no labelled anomaly', () => {
    const row = fc.record({
      nodes: fc.integer({ min: 1, max: 40 }),
      file: fc.integer({ min: 0, max: 2 }),
      label: fc.constantFrom<Label>('unlabelled', 'normal', 'structure', 'time'),
    });
    const role = fc.constantFrom(...FILE_ROLES);
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 60 }),
        fc.tuple(role, role, role),
        fc.integer(),
        (rows, roles, seed) => {
          const traces = tracesOf(rows);
          const sets = assignSets(traces, { ...options, roles, seed });
          expect(assignSets(traces, { ...options, roles, seed })).toEqual(sets);
          const counts = sizes(sets);
          const whole = counts.unused + counts.train + counts.val + counts.test;
          expect(whole).toBe(rows.length);
          rows.forEach(({ nodes, file, label }, t) => {
            const usable = nodes >= 2 && nodes <= 32;
            expect(sets[t] !== setCode('unused')).toBe(usable);
            if (!usable) return;
            const role = roles[file]!;
            if (role === 'val' || role === 'test') expect(sets[t]).toBe(setCode(role));
            if (role === 'split' && (label === 'structure' || label === 'time')) {
              expect(sets[t]).toBe(setCode('test'));
            }
          });
        },
      ),
    );
  });

  it('limits the training set to a seeded subset, the rest unused', () => {
    const traces = tracesOf(normals(1700));
    const all = assignSets(traces, { ...options, roles: ['split'] });
    const limited = assignSets(traces, { ...options, roles: ['split'], limitTrain: 100 });
    expect(sizes(limited)).toEqual({ unused: 900, train: 100, val: 200, test: 500 });
    for (const trace of selectSet(limited, 'train')) expect(all[trace]).toBe(setCode('train'));
    const more = assignSets(traces, { ...options, roles: ['split'], limitTrain: 200 });
    expect(selectSet(limited, 'train').every((t) => more[t] === setCode('train'))).toBe(true);
  });
});

describe('guessRole', () => {
  it.each([
    ['train.csv.gz', 'train'],
    ['demo_val2.json', 'val'],
    ['2024-valid.csv', 'val'],
    ['dev.csv', 'val'],
    ['test-hard.csv.gz', 'test'],
    ['hard.csv', 'test'],
    ['train-ticket-test.csv', 'test'],
    ['data/train/test.csv', 'test'],
    ['trainticket.csv', 'split'],
    ['traces.json', 'split'],
  ] as const)('%s is for %s', (name, role) => {
    expect(guessRole(name)).toBe(role);
  });
});
