/** A made-up dataset all of whose traces are scored, and what the worker makes a table of. */
import { createRandom, type Random } from '../src/base/random.ts';
import type { TableScores, TableSource } from '../src/inspect/trace-table.ts';
import { combineVariants } from '../src/scoring/combine.ts';
import { correctionsOf } from '../src/scoring/corrections/list.ts';
import { createStringColumnBuilder } from '../src/trace/string-column.ts';
import { labelCode, type TraceSet } from '../src/trace/trace-set.ts';
import { NODES, plainTerms, STRUCTURES } from './random-terms.ts';

const OPERATIONS = 200;
const SERVICES = 25;
/** One trace in so many is an anomaly, and one in so many is flagged. */
const ANOMALY_EVERY = 20;
const FLAGGED_EVERY = 100;
/** A validation trace for so many test traces, as section A.4 parts them. */
const TEST_PER_VAL = 2.5;
const ID_CHARACTERS = 32;
/** Of a node, where there are as many left. */
const CHILDREN = 3;

export interface ScoredDataset {
  readonly traces: TraceSet;
  readonly of: Extract<TableScores, { readonly kind: 'terms' }>;
  /** What `tabulate` is asked with, beside a number. */
  readonly choice: TableSource;
}

export function makeScoredDataset(count: number): ScoredDataset {
  const random = createRandom(1);
  const test = plainTerms(random, count);
  const val = plainTerms(random, Math.round(count / TEST_PER_VAL));
  const variants = combineVariants(test);
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const scores = variants.full;
  const threshold = scores.slice().sort()[count - 1 - Math.floor(count / FLAGGED_EVERY)]!;
  return {
    traces: makeTraces(random, test.structureRow),
    of: { kind: 'terms', val, test, variants },
    choice: { trace: test.trace, rows, scores, threshold, corrections: correctionsOf('full') },
  };
}

function makeTraces(random: Random, structureOf: Uint32Array): TraceSet {
  const count = structureOf.length;
  const structures = Math.min(STRUCTURES, count);
  const nodes = count * NODES;
  return {
    services: ['', ...Array.from({ length: SERVICES }, (_, i) => `service-${padded(i)}`)],
    operations: Array.from({ length: OPERATIONS + 1 }, (_, id) =>
      id === 0
        ? { service: 0, name: '' }
        : {
            service: 1 + Math.floor(((id - 1) * SERVICES) / OPERATIONS),
            name: `operation-${padded(id)}`,
          },
    ),
    structures: {
      nodeOffset: Uint32Array.from({ length: structures + 1 }, (_, s) => s * NODES),
      // numbered breadth first
      parent: Int32Array.from({ length: structures * NODES }, (_, i) =>
        i % NODES === 0 ? -1 : Math.floor(((i % NODES) - 1) / CHILDREN),
      ),
      // siblings in the order of their operations
      operation: Uint32Array.from({ length: structures * NODES }, (_, i) => {
        const third = Math.floor(OPERATIONS / CHILDREN);
        return 1 + third * (((i % NODES) + CHILDREN - 1) % CHILDREN) + random.integer(third);
      }),
    },
    structureOf,
    nodeOffset: Uint32Array.from({ length: count + 1 }, (_, t) => t * NODES),
    latencyUs: Float32Array.from({ length: nodes }, () => 1000 * random.uniform()),
    spanCount: new Uint32Array(nodes).fill(1),
    startUs: Float64Array.from({ length: count }, (_, t) => 1.6e15 + 1e4 * t),
    label: Uint8Array.from({ length: count }, (_, t) =>
      labelCode(t % ANOMALY_EVERY === 0 ? 'time' : 'normal'),
    ),
    file: new Uint16Array(count),
    traceIds: hexIds(random, count),
  };
}

function hexIds(random: Random, count: number) {
  const builder = createStringColumnBuilder();
  const digits = new TextEncoder().encode('0123456789abcdef');
  const id = new Uint8Array(ID_CHARACTERS);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < ID_CHARACTERS; i++) id[i] = digits[random.integer(16)]!;
    builder.appendBytes(id, 0, ID_CHARACTERS);
  }
  return builder.finish();
}

/** Names in the order of their numbers. */
const padded = (id: number): string => String(id).padStart(3, '0');
