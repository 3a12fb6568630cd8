import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { rankSlowServices } from './slow-services.ts';

const [WEB, CART, STOCK, DB] = [1, 2, 3, 4];

/**
 * web 1 ( web 2, which waits for the cart: cart 3 ( cart 4, which waits for the db: db 5 ) ), and
 * web 6, which waits for the stock: stock 7 ( stock 8, for the db: db 9 ).
 */
const PARENT = [-1, 0, 0, 1, 2, 3, 4, 5, 6];
const OPERATION = [1, 2, 6, 3, 7, 4, 8, 5, 9];
const SERVICE = [0, WEB, WEB, CART, CART, DB, WEB, STOCK, STOCK, DB];

/** @param slower [9] milliseconds on top of 5 to 10 of each node, in the order of breadth */
function tree(uniform: () => number, slower: readonly number[]): NodeByHand[] {
  const ms = PARENT.map((_, node) => 5 + 5 * uniform() + slower[node]!);
  for (let node = ms.length - 1; node > 0; node--) ms[PARENT[node]!]! += ms[node]!;
  return ms.map((value, node) => [PARENT[node]!, OPERATION[node]!, value]);
}

/** Forty usual traces, then ten in which these nodes are slower by 20 ms. */
function made(slow: readonly number[]) {
  const draws = createRandom(7);
  const uniform = () => draws.uniform();
  const usual = Array.from({ length: 40 }, () =>
    tree(
      uniform,
      PARENT.map(() => 0),
    ),
  );
  const bad = Array.from({ length: 10 }, () =>
    tree(
      uniform,
      PARENT.map((_, node) => (slow.includes(node) ? 20 : 0)),
    ),
  );
  const by = tracesByHand([...usual, ...bad]);
  return {
    ...by,
    services: ['', 'web', 'cart', 'stock', 'db'],
    operations: by.operations.map(({ name }, id) => ({ name, service: SERVICE[id]! })),
  };
}

const reference = Uint32Array.from({ length: 40 }, (_, trace) => trace);
const selected = Uint32Array.from({ length: 10 }, (_, trace) => 40 + trace);
const first = (slow: readonly number[]) => rankSlowServices(made(slow), selected, reference)[0]!;

describe('who made these traces slow', () => {
  test('a service that works slowly', () => {
    expect(first([3, 5])).toMatchObject({ service: CART, part: 'work', slow: 1 });
    expect(first([3, 5]).explained).toBeGreaterThan(0.6);
  });

  test('one that answers slowly, which only those that wait for it show', () => {
    // web's call of the cart, with the cart itself as quick as ever
    expect(first([1])).toMatchObject({ service: CART, part: 'answers', slow: 1 });
    // both that wait for the db
    expect(first([5, 6])).toMatchObject({ service: DB, part: 'answers', slow: 1 });
  });

  test('one whose network is slow, both ways', () => {
    expect(first([1, 5])).toMatchObject({ service: CART, part: 'network', slow: 1 });
  });

  test('all services are named, once each', () => {
    const services = rankSlowServices(made([4]), selected, reference).map((of) => of.service);
    expect(services.toSorted()).toEqual([WEB, CART, STOCK, DB]);
    expect(services[0]).toBe(STOCK);
  });
});

test('nothing to compare with explains nothing', () => {
  for (const { score } of rankSlowServices(made([3]), selected, reference.subarray(0, 19))) {
    expect(score).toBe(0);
  }
  expect(rankSlowServices(made([3]), new Uint32Array(), reference)).toEqual([]);
});
