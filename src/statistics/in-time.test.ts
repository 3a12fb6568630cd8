import { expect, test } from 'vitest';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { openInTime, type UsualEvidence, usualEvidence } from './in-time.ts';
import type { ServiceEvidence } from './service-evidence.ts';

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
  const evidence: ServiceEvidence = {
    most: 2,
    services: (trace) => Uint32Array.from(said[trace]!, ([service]) => service),
    read: (trace, stds) => {
      for (const [s, [, value]] of said[trace]!.entries()) stds[s] = value;
    },
    worstNode: () => 0,
  };
  return { traces, evidence };
}
const AS_IT_IS: UsualEvidence = { mean: new Float32Array(3), slow: new Float32Array(3).fill(1) };

function scores(...of: Parameters<typeof made>[0]) {
  const { traces, evidence } = made(of);
  const inTime = openInTime(traces, evidence, AS_IT_IS);
  return of.map((_, trace) => inTime(trace));
}

test('alone, a trace says what it says: the service that is slowest in it', () => {
  expect(scores({ at: 0, web: 0.5, db: 3 })).toEqual([
    { score: 3, service: DB, passed: 0, slow: 0 },
  ]);
});

test('those of the minute before that passed the same service count as well', () => {
  const before = Array.from({ length: 5 }, (_, i) => ({ at: i, web: 0, db: 4 }));
  const [last] = scores(...before, { at: 60, web: 2, db: 1 }).slice(-1);
  // 1 + 2 * 20 / (5 + 5) of the db, 2 + 0 of web
  expect(last).toEqual({ score: 5, service: DB, passed: 5, slow: 5 });
  // ten milliseconds later the first has left
  const [later] = scores(...before, { at: 60.01, db: 1 }).slice(-1);
  expect(later).toMatchObject({ passed: 4, slow: 4 });
  expect(later!.score).toBeCloseTo(1 + (2 * 16) / 9, 12);
});

test('nothing comes from what follows, from other services, files, or from unknown times', () => {
  expect(scores({ at: 1, db: 1 }, { at: 2, db: 9 })[0]).toMatchObject({ score: 1, passed: 0 });
  expect(scores({ at: 1, web: 9 }, { at: 2, db: 1 })[1]).toMatchObject({ score: 1, passed: 0 });
  expect(scores({ at: 1, db: 9, file: 1 }, { at: 2, db: 1 })[1]).toMatchObject({ score: 1 });
  const unknown = { at: Number.NaN, db: 9 };
  expect(scores(unknown, { at: 2, db: 1 }).map(({ score }) => score)).toEqual([9, 1]);
  expect(scores({ at: 2, db: 9 }, { ...unknown, db: 1 })[1]).toMatchObject({ score: 1, passed: 0 });
});

test('quick ones before it take nothing off', () => {
  expect(scores({ at: 1, db: -9 }, { at: 2, db: 1 })[1]).toMatchObject({
    score: 1,
    passed: 1,
    slow: 0,
  });
});

test('a window that many have left is as one that they never passed', () => {
  const many = Array.from({ length: 9000 }, (_, i) => ({ at: i / 100, db: 0.1 * (i % 7) }));
  const all = scores(...many);
  const [alone] = scores(...many.slice(8900 - 6000, 8901)).slice(-1);
  expect(all[8900]!.passed).toBe(6000);
  expect(all[8900]!.score).toBeCloseTo(alone!.score, 9);
});

test('what is usual: the mean of a service, and what one in ten exceeds', () => {
  const { evidence } = made(Array.from({ length: 11 }, (_, i) => ({ at: i, db: i })));
  const usual = usualEvidence(
    evidence,
    Uint32Array.from({ length: 11 }, (_, i) => i),
    3,
  );
  expect([...usual.mean]).toEqual([0, 0, 5]);
  expect([...usual.slow]).toEqual([0, 0, 4]);
});
