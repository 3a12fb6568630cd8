import { expect, test } from 'vitest';
import { firstTraces, tracesByHand } from '../testing/traces-by-hand.ts';
import { byFile, learnMinutes, openInTime, type UsualEvidence, usualEvidence } from './in-time.ts';
import { startsOf } from './known-structures.ts';
import type { ServiceStds } from './service-evidence.ts';

const [WEB, DB] = [1, 2];
const SECOND = 1e6;

/** Traces of one node each; what they say of web and of the db, in stds, is given. */
function made(
  of: readonly {
    readonly at: number;
    readonly web?: number;
    readonly db?: number;
    file?: number;
  }[],
) {
  const traces = {
    ...tracesByHand(of.map(() => [[-1, 1, 5]])),
    services: ['', 'web', 'db'],
    startUs: Float64Array.from(of, ({ at }) => at * SECOND),
    file: Uint16Array.from(of, ({ file = 0 }) => file),
  };
  const said = of.map(({ web, db }) =>
    [
      [WEB, web],
      [DB, db],
    ].filter((one): one is [number, number] => one[1] !== undefined),
  );
  const evidence: ServiceStds = {
    services: (trace) => Uint32Array.from(said[trace]!, ([service]) => service),
    gather: () => ({
      start: startsOf(said.map(({ length }) => length)),
      stds: Float64Array.from(said.flat(), ([, value]) => value),
    }),
  };
  const all = firstTraces(of.length);
  const gathered = { services: evidence.services, gathered: evidence.gather(all) };
  return { traces, evidence, gathered, all };
}
const AS_IT_IS: UsualEvidence = { mean: new Float32Array(3), slow: new Float32Array(3).fill(1) };

const NO_MINUTE = new Float32Array(3);

/** @param minute [services] c that is usual */
function reading(of: Parameters<typeof made>[0], minute = NO_MINUTE) {
  const { traces, evidence } = made(of);
  return openInTime(traces, evidence, AS_IT_IS, minute);
}

function learning(of: Parameters<typeof made>[0], train?: Uint32Array) {
  const { traces, gathered, all } = made(of);
  const files = [...new Set(traces.file)].map(byFile(traces));
  return learnMinutes(traces, gathered, AS_IT_IS, train ?? all, files);
}

const largest = (...of: Parameters<typeof made>[0]): number[] => [...learning(of).largest];

/** As many, one per second from 0 on. */
const slowAtDb = (count: number, db = 4) =>
  Array.from({ length: count }, (_, i) => ({ at: i, web: 0, db }));

test('alone, a trace says what it says, of the service that is slowest in it; no minute stands out', () => {
  const alone = [{ at: 0, web: 0.5, db: 3 }];
  expect(largest(...alone)).toEqual([3]);
  expect(reading(alone).read(0)).toBeNull();
});

test('those of the minute before that passed the same service count as well', () => {
  const all = [...slowAtDb(5), { at: 60, web: 2, db: 1 }];
  // 1 + 2 * 20 / (5 + 5) of the db, 2 + 0 of web
  expect(reading(all).read(5)).toEqual({ score: 5, service: DB, passed: 5, slow: 5 });
  // ten milliseconds later the first has left
  const later = reading([...slowAtDb(5), { at: 60.01, db: 1 }]).read(5);
  expect(later).toMatchObject({ passed: 4, slow: 4 });
  expect(later!.score).toBeCloseTo(1 + (2 * 16) / 9, 12);
});

test('a minute speaks where it is slower than chance and than those of training', () => {
  // S = 6 of 9 traces is two stds of chance; two traces are no minute
  const said = (count: number, db: number, usual = 0) =>
    reading([...slowAtDb(count, db), { at: 59, db: 1 }], Float32Array.of(0, 0, usual)).read(count);
  expect(said(9, 6 / 9)).toBeNull();
  expect(said(9, 0.7)).not.toBeNull();
  expect(said(2, 9)).toBeNull();
  expect(said(3, 9)).not.toBeNull();
  // (36 - 2 * 3) / (9 + 5)
  expect(said(9, 4, 30 / 14 + 0.01)).toBeNull();
  expect(said(9, 4, 30 / 14 - 0.01)).not.toBeNull();
});

test('nothing comes from what follows, from other services, files, or from unknown times', () => {
  expect(largest({ at: 1, db: 1 }, { at: 2, db: 9 })[0]).toBe(1);
  expect(largest({ at: 1, web: 9 }, { at: 2, db: 1 })[1]).toBe(1);
  expect(largest({ at: 1, db: 9, file: 1 }, { at: 2, db: 1 })[1]).toBe(1);
  const unknown = { at: Number.NaN, db: 9 };
  expect(largest(unknown, { at: 2, db: 1 })).toEqual([9, 1]);
  expect(largest({ at: 2, db: 9 }, { ...unknown, db: 1 })[1]).toBe(1);
});

test('those that begin together are before each other in no order', () => {
  const both = [...slowAtDb(5), { at: 9, db: 1 }, { at: 9, db: 7 }];
  expect(largest(...both).slice(-2)).toEqual([1 + 4, 7 + 4]);
  expect(largest(...both.slice(0, 5), both[6]!, both[5]!).slice(-2)).toEqual([7 + 4, 1 + 4]);
});

test('quick ones before it take nothing off', () => {
  expect(largest({ at: 1, db: -9 }, { at: 2, db: 1 })[1]).toBe(1);
});

test('a window that many have left is as one that they never passed', () => {
  const many = Array.from({ length: 9000 }, (_, i) => ({ at: i / 100, db: 0.1 * (i % 7) }));
  const all = reading(many).read(8900);
  const alone = reading(many.slice(8900 - 6000, 8901)).read(6000);
  expect(all!.passed).toBe(6000);
  expect(all!.score).toBeCloseTo(alone!.score, 9);
});

test('a usual minute: what all but one in two hundred of the training traces stay below', () => {
  // the c of the traces rise from 0 to 398 * 2 / 403; the others' minutes are not of training
  const of = [
    ...Array.from({ length: 400 }, (_, i) => ({ at: i / 10, db: 2 })),
    ...Array.from({ length: 50 }, (_, i) => ({ at: i, db: 50, file: 1 })),
  ];
  const { minute: minutes } = learning(of, firstTraces(400));
  expect([...minutes.slice(0, 2)]).toEqual([0, 0]);
  expect(minutes[DB]).toBeGreaterThan((2 * 396) / 401);
  expect(minutes[DB]).toBeLessThan((2 * 398) / 403);
});

test('what is usual: the mean of a service, and what one in ten exceeds', () => {
  const { gathered, all } = made(Array.from({ length: 11 }, (_, i) => ({ at: i, db: i })));
  const usual = usualEvidence(gathered, all, 3);
  expect([...usual.mean]).toEqual([0, 0, 5]);
  expect([...usual.slow]).toEqual([0, 0, 4]);
});
