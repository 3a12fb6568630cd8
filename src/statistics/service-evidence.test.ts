import { expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { collectCallPaths } from '../features/call-paths.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { createOwnTimes } from './own-times.ts';
import { countPaths, gatherTimes } from './path-values.ts';
import { openServiceEvidence } from './service-evidence.ts';

const [WEB, CART] = [1, 2];

/** web 1 waits in 2 for cart 3, which calls its own 4. */
const request = (web: number, wait: number, cart: number, own: number): readonly NodeByHand[] => [
  [-1, 1, web + wait + cart + own],
  [0, 2, wait + cart + own],
  [1, 3, cart + own],
  [2, 4, own],
];
const TRAIN = Array.from({ length: 99 }, (_, i) => request(10 + i, 10 + i, 10 + i, 10 + i));

function evidenceOf(...trees: readonly (readonly NodeByHand[])[]) {
  const by = tracesByHand([...TRAIN, ...trees]);
  const services = [0, WEB, WEB, CART, CART, CART];
  const traces = {
    ...by,
    services: ['', 'web', 'cart'],
    operations: by.operations.map(({ name }, id) => ({ name, service: services[id] ?? 0 })),
  };
  const train = firstTraces(99);
  const paths = collectCallPaths(traces, train);
  const known = { paths, count: countPaths(traces, train, paths) };
  const selfTimes = runThrough(gatherTimes(traces, train, known, createOwnTimes(traces)));
  const evidence = openServiceEvidence({ ...known, durations: selfTimes, selfTimes })(traces);
  const { start, stds } = evidence.gather(firstTraces(99 + trees.length));
  return trees.map((_, i) => {
    const named = Array.from(evidence.services(99 + i), (service, s) => [
      service,
      stds[start[99 + i]! + s]!,
    ]);
    const worst = [...evidence.services(99 + i)].map((service) =>
      evidence.worstNode(99 + i, service),
    );
    return { ...Object.fromEntries(named), worst };
  });
}

test('tails of a part together, of a usual trace below 0; the part that says most counts', () => {
  const [usual] = evidenceOf(request(20, 20, 20, 20));
  // each node: 89 of 99 are as large; both nodes of a service, or the one that waits
  const tail = -Math.log(90 / 100);
  expect(usual![CART]).toBeCloseTo((tail - 1) / 1, 6);
  expect(usual![WEB]).toBeCloseTo((tail - 1) / 1, 6);
});

test('a service that works slowly, and one that answers slowly', () => {
  const top = -Math.log(2 / 100);
  const [works, answers] = evidenceOf(request(10, 10, 108, 108), request(10, 108, 10, 10));
  expect(works![CART]).toBeCloseTo((2 * top - 2) / Math.SQRT2, 6);
  expect(works!.worst[1]).toBeGreaterThan(1);
  expect(answers![CART]).toBeCloseTo(top - 1, 6);
  expect(answers!.worst).toEqual([1, 1]);
});

test('one node that is far out says 8 nats at most', () => {
  const [far] = evidenceOf(request(10, 10, 1e6, 10));
  expect(far![CART]).toBeCloseTo((8 + 0 - 2) / Math.SQRT2, 6);
});

test('a call that training did not have says nothing: what waits for it speaks alone', () => {
  const [unknown] = evidenceOf([
    [-1, 1, 900],
    [0, 5, 800],
  ]);
  // the root works for 100: 9 of 99 do as long
  expect(unknown![WEB]).toBeCloseTo(-Math.log(10 / 100) - 1, 6);
  expect(unknown![CART]).toBe(unknown![WEB]);
  expect(unknown!.worst).toEqual([0, 0]);
});
