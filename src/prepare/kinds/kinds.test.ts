import { describe, expect, test } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { cutShort } from './cut-short.ts';
import type { ChangedTree, KindTree } from './kind.ts';
import { lengthen, selfTimes } from './lengthen.ts';
import { KINDS } from './list.ts';
import { lostSubtree } from './lost-subtree.ts';
import { oneSlowNode } from './one-slow-node.ts';
import { serviceDelay } from './service-delay.ts';
import { slowService } from './slow-service.ts';

const [WEB, CART, DB] = [1, 2, 3];

/**
 * web 100 ( web's call 70 ( cart 60 ( 2 x db 10 ) ), db 20 ): the call of the cart is a span of web,
 * two spans of one query are one node. By itself web lasts 10, its call 10, the cart 40.
 */
const TREE: KindTree = {
  parent: Int32Array.of(-1, 0, 0, 1, 3),
  operation: Uint32Array.of(1, 2, 3, 4, 5),
  latencyUs: Float64Array.of(100, 70, 20, 60, 10),
  spanCount: Uint32Array.of(1, 1, 1, 1, 2),
  service: Uint32Array.of(WEB, WEB, DB, CART, DB),
  p99Us: Float64Array.of(150, 90, 30, 80, 20),
};
const latencies = (changed: ChangedTree | null): number[] => [...changed!.latencyUs];
const ROOT_ALONE: KindTree = {
  parent: Int32Array.of(-1),
  operation: Uint32Array.of(1),
  latencyUs: Float64Array.of(100),
  spanCount: Uint32Array.of(1),
  service: Uint32Array.of(WEB),
  p99Us: Float64Array.of(150),
};

describe('how a node changes its callers', () => {
  test('self times are durations less those of the calls, each span of them', () => {
    expect([...selfTimes(TREE)]).toEqual([10, 10, 20, 40, 10]);
    // calls side by side last longer than their caller
    expect([...selfTimes({ ...TREE, latencyUs: Float64Array.of(80, 70, 20, 60, 40) })]).toEqual([
      0, 10, 20, 0, 40,
    ]);
  });

  test('a slower call is waited for once per span', () => {
    expect([...lengthen(TREE, Float64Array.of(0, 0, 0, 0, 5))]).toEqual([110, 80, 20, 70, 15]);
    const twoCarts = { ...TREE, spanCount: Uint32Array.of(1, 2, 1, 2, 2) };
    // a query per cart, two carts per request
    expect([...lengthen(twoCarts, Float64Array.of(0, 0, 0, 0, 5))]).toEqual([110, 75, 20, 65, 15]);
  });

  test('a shorter one is not waited for, but no caller gets shorter than its longest call', () => {
    expect([...lengthen(TREE, Float64Array.of(0, 0, 0, -30, 0))]).toEqual([70, 40, 20, 30, 10]);
    expect([...lengthen(TREE, Float64Array.of(-95, 0, 0, 0, 0))]).toEqual([70, 70, 20, 60, 10]);
  });
});

describe('a slow network of one service', () => {
  test('its callers wait for it, and it waits for those that it calls', () => {
    // the cart is called once by web's call, and calls the db twice
    expect(latencies(serviceDelay.change(TREE, CART, 7))).toEqual([121, 91, 20, 74, 10]);
    // the db is called once by web, and twice by the cart
    expect(latencies(serviceDelay.change(TREE, DB, 7))).toEqual([121, 84, 20, 74, 10]);
  });

  test('a trace that does not meet it stays as it is', () => {
    expect(serviceDelay.change(TREE, 9, 7)).toBeNull();
    expect(serviceDelay.change(ROOT_ALONE, WEB, 7)).toBeNull();
  });
});

test('a service that is short of processor time is slower by its self time', () => {
  // the cart's own 40 become 100
  expect(latencies(slowService.change(TREE, CART, 2.5))).toEqual([160, 130, 20, 120, 10]);
  // both nodes of web: 10 and 10 become 20 and 20
  expect(latencies(slowService.change(TREE, WEB, 2))).toEqual([120, 80, 20, 60, 10]);
  expect(slowService.change(TREE, 9, 2)).toBeNull();
});

test('one slow node lasts 1 to 3 times its p99', () => {
  const draws = createRandom(3);
  for (let i = 0; i < 50; i++) {
    const changed = latencies(oneSlowNode.change(TREE, draws));
    const own = changed.map((value, node) => value - TREE.latencyUs[node]!);
    const node = own.findLastIndex((value) => value > 0);
    expect(changed[node]! / TREE.p99Us[node]!).toBeGreaterThanOrEqual(1);
    expect(changed[node]! / TREE.p99Us[node]!).toBeLessThanOrEqual(3);
    for (let at = TREE.parent[node]!; at >= 0; at = TREE.parent[at]!) {
      expect(own[at]).toBeCloseTo(own[node]!, 9);
    }
  }
  const slowAlready = { ...TREE, latencyUs: TREE.p99Us.map((us) => 4 * us) };
  expect(oneSlowNode.change(slowAlready, draws)).toBeNull();
});

test('a lost subtree is one call with all below it', () => {
  const draws = createRandom(1);
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const { alive, latencyUs } = lostSubtree.change(TREE, draws)!;
    expect([...latencyUs]).toEqual([...TREE.latencyUs]);
    seen.add(alive!.join(''));
  }
  expect([...seen].sort()).toEqual(['10100', '11011', '11100', '11110']);
  expect(lostSubtree.change(ROOT_ALONE, draws)).toBeNull();
});

test('a node that fails makes no further calls, and is quicker by them', () => {
  const draws = createRandom(1);
  const seen = new Map<string, number[]>();
  for (let i = 0; i < 200; i++) {
    const changed = cutShort.change(TREE, draws);
    if (changed === null) continue;
    const left = [...changed.alive!.keys()].filter((node) => changed.alive![node] === 1);
    seen.set(
      left.join(''),
      left.map((node) => changed.latencyUs[node]!),
    );
  }
  expect(Object.fromEntries(seen)).toEqual({
    // without the queries of the cart
    '0123': [80, 50, 20, 40],
    // without the cart
    '012': [40, 10, 20],
    // without web's query; without its call
    '0134': [80, 70, 60, 10],
    '02': [30, 20],
  });
  expect(cutShort.change(ROOT_ALONE, draws)).toBeNull();
});

test('ids are words of a file name, and each is there once', () => {
  const ids = KINDS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z-]+$/);
});
