/**
 * History to the last bit: a digest of all that it learns of made traces, and of what it says of each.
 * Faster ways to the same numbers must leave it; a change of the numbers is news in CHANGELOG.md.
 */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { runThrough } from '../../base/slices.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../../testing/traces-by-hand.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { HISTORY } from './history.ts';

const SERVICES = 6;
const OPERATIONS = 24;

interface Kinds {
  readonly traces: number;
  readonly kinds: number;
  readonly mostNodes: number;
  /** Seconds from one trace to the next; null: no trace has a start */
  readonly apart: number | null;
}

/** Merged calls, calls side by side, equal starts, missing ones, three files. */
function made({ traces: count, kinds, mostNodes, apart }: Kinds): TraceSet {
  const random = createRandom(kinds);
  const shapes = Array.from({ length: kinds }, () => shape());
  function shape(): NodeByHand[] {
    const nodes: NodeByHand[] = [[-1, 1 + random.integer(3), 0]];
    const size = 1 + random.integer(mostNodes);
    for (let caller = 0, operation = 0; nodes.length < size; ) {
      operation += 1 + random.integer(4);
      if (operation < OPERATIONS) nodes.push([caller, operation, 0]);
      else {
        caller = Math.min(nodes.length - 1, caller + 1);
        operation = 0;
      }
    }
    return nodes;
  }
  const trees = Array.from({ length: count }, () => {
    const nodes = shapes[Math.floor(kinds * random.uniform() ** 2)]!;
    const ms = new Float64Array(nodes.length);
    const spans = nodes.map(() => (random.integer(6) === 0 ? 1 + random.integer(3) : 1));
    for (let i = nodes.length - 1; i >= 0; i--) {
      const slow = random.integer(40) === 0 ? 6 : 1;
      ms[i]! += random.integer(9) === 0 ? 0 : slow * Math.exp(0.5 * random.normal());
      if (random.integer(3) > 0) ms[i] = Math.round(1000 * ms[i]!) / 1000;
      if (i > 0) ms[nodes[i]![0]]! += ms[i]! * (random.integer(8) === 0 ? 0.5 : 1);
    }
    return nodes.map(
      ([caller, operation], i): NodeByHand => [caller, operation, ms[i]!, spans[i]!],
    );
  });
  const traces = tracesByHand(trees, OPERATIONS);
  return {
    ...traces,
    services: ['', ...Array.from({ length: SERVICES }, (_, s) => `service ${s}`)],
    operations: traces.operations.map(({ name }, id) => ({
      name,
      service: id === 0 ? 0 : 1 + (id % SERVICES),
    })),
    startUs: Float64Array.from(trees, () =>
      apart === null || random.integer(20) === 0
        ? Number.NaN
        : 1e15 + 1e6 * Math.floor(apart * count * random.uniform()),
    ),
    file: Uint16Array.from(trees, () => random.integer(3)),
  };
}

/** FNV-1a over the bits. */
function createDigest() {
  let digest = 0x811c9dc5;
  return {
    add(column: Float32Array | Float64Array): void {
      const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
      for (const byte of bytes) digest = Math.imul(digest ^ byte, 0x01000193);
    },
    read: () => (digest >>> 0).toString(16).padStart(8, '0'),
  };
}

/** @returns digests of the columns, and of what is said of every trace */
function digestsOf(kinds: Kinds, inFolds: boolean): readonly [columns: string, said: string] {
  const traces = made(kinds);
  const all = firstTraces(kinds.traces);
  const [train, val] = [0, 1].map((part) => all.filter((trace) => trace % 2 === part));
  const data = { traces, train: train!, val: val!, ...(inFolds ? { pool: all } : {}) };
  const columns = runThrough(
    HISTORY.learn({ ...data, scale: null as never }, HISTORY.meta.presets.tiny, 1),
  );
  const reader = HISTORY.open(columns, HISTORY.meta.presets.tiny)(traces);
  const [learnt, said] = [createDigest(), createDigest()];
  for (const name of Object.keys(columns).sort()) learnt.add(columns[name]!);
  for (const trace of all) {
    const { score, terms = [], worstNode = -1, absentCall = -1 } = reader.say(trace);
    said.add(Float64Array.of(score, ...terms, worstNode, absentCall));
    if (trace % 50 === 0) said.add(reader.explain(trace).nodes.score as Float64Array);
  }
  return [learnt.read(), said.read()];
}

describe.each([
  {
    traces: 4000,
    kinds: 5,
    mostNodes: 20,
    apart: 0.2,
    learnt: ['40a518f5', 'c5bbc5da'],
    inFolds: ['99e739da', 'ae44de08'],
  },
  {
    traces: 1200,
    kinds: 150,
    mostNodes: 10,
    apart: 1,
    learnt: ['dd90fba1', 'f8786e44'],
    inFolds: ['cff1366a', 'ce8eaa42'],
  },
  {
    traces: 500,
    kinds: 2,
    mostNodes: 140,
    apart: null,
    learnt: ['4f77ae70', '7a1b9155'],
    inFolds: ['a410751e', '1d92d3e3'],
  },
])('$traces traces of $kinds kinds', ({ learnt, inFolds, ...kinds }) => {
  test('learnt from training traces', () => {
    expect(digestsOf(kinds, false)).toEqual(learnt);
  });
  test('learnt in folds', () => {
    expect(digestsOf(kinds, true)).toEqual(inFolds);
  });
});
