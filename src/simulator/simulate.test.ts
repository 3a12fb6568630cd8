import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { planCalls } from './call-plan.ts';
import { createLoad } from './load.ts';
import { ONLINE_SHOP } from './online-shop.ts';
import { createPlanSource, runPlans, simulate } from './simulate.ts';
import { createMergedShapeReader } from './span-tree.ts';
import { compileSystem, type OperationDescription, type SystemDescription } from './system.ts';

const op = (workMs: number, steps: OperationDescription['steps'] = []): OperationDescription => ({
  workMs,
  spread: 0,
  steps,
});

const system = (operations: SystemDescription['operations']): SystemDescription => ({
  name: 'test',
  operations,
  entries: [{ operation: 'a/root', weight: 1 }],
});

describe('the online shop', () => {
  const shop = compileSystem(ONLINE_SHOP);

  it('is a system of believable size', () => {
    expect(shop.entries.length).toBeGreaterThanOrEqual(5);
    expect(shop.operations.length).toBeGreaterThanOrEqual(30);
    expect(shop.services.length).toBeGreaterThanOrEqual(10);
  });

  it('makes merged trees of 2 to 32 nodes, both ends included, several shapes an entry', () => {
    const draw = createPlanSource(shop, 7);
    const shapeOf = createMergedShapeReader();
    const sizes = new Set<number>();
    const shapes = new Map<number, Set<string>>();
    for (let i = 0; i < 4000; i++) {
      const plan = draw();
      const { nodes, key } = shapeOf(plan);
      sizes.add(nodes);
      const entry = plan.operation[0]!;
      shapes.set(entry, (shapes.get(entry) ?? new Set()).add(key));
    }
    expect(Math.min(...sizes)).toBe(2);
    expect(Math.max(...sizes)).toBe(32);
    expect(shapes.size).toBe(shop.entries.length);
    for (const ofEntry of shapes.values()) expect(ofEntry.size).toBeGreaterThanOrEqual(2);
  });

  it('is slow together: requests of the same minutes share a load', () => {
    const draw = createPlanSource(shop, 3);
    const checkout = shop.indexOf('frontend/POST /checkout');
    const plans = Array.from({ length: 3000 }, draw).filter(
      (plan) => plan.operation[0] === checkout,
    );
    const trees = runPlans(shop, plans, { seed: 3, hours: 6 });
    const logTotal = trees.map((tree) => Math.log(tree.durationUs[0]!));
    const mean = logTotal.reduce((a, b) => a + b) / logTotal.length;
    let product = 0;
    let square = 0;
    for (let i = 1; i < logTotal.length; i++) {
      product += (logTotal[i]! - mean) * (logTotal[i - 1]! - mean);
      square += (logTotal[i]! - mean) ** 2;
    }
    expect(product / square).toBeGreaterThan(0.1);
  });
});

describe('simulate', () => {
  it('is the same for the same seed and another for another', () => {
    const once = simulate({ seed: 5, traces: 50 });
    expect(simulate({ seed: 5, traces: 50 })).toEqual(once);
    expect(simulate({ seed: 6, traces: 50 }).durationUs).not.toEqual(once.durationUs);
  });

  it('gives each trace one root, parents before children, and children within parents', () => {
    const spans = simulate({ seed: 1, traces: 200 });
    const firstRow = new Map<number, number>();
    let roots = 0;
    for (let row = 0; row < spans.length; row++) {
      const trace = spans.trace[row]!;
      if (!firstRow.has(trace)) firstRow.set(trace, row);
      if (spans.parent[row] === NO_PARENT) {
        roots++;
        continue;
      }
      const parent = firstRow.get(trace)! + spans.parent[row]!;
      expect(parent).toBeLessThan(row);
      expect(spans.durationUs[row]).toBeLessThanOrEqual(spans.durationUs[parent]!);
      expect(spans.startUs[row]).toBeGreaterThanOrEqual(spans.startUs[parent]!);
    }
    expect(roots).toBe(200);
    expect(new Set(spans.trace).size).toBe(200);
  });
});

describe('planning and timing', () => {
  const noLoad = { seed: 1, hours: 1 };

  it('adds up calls in sequence and waits for the slowest of parallel ones', () => {
    const calls = ['b/x', 'b/y'] as const;
    const leaves = { 'b/x': op(10), 'b/y': op(30) };
    const time = (steps: NonNullable<OperationDescription['steps']>): number => {
      const compiled = compileSystem(system({ 'a/root': op(5, steps), ...leaves }));
      const plan = planCalls(compiled, compiled.indexOf('a/root'), createRandom(1));
      return runPlans(compiled, [plan], noLoad)[0]!.durationUs[0]! / 1e3;
    };
    // the way over the network is a fraction of a millisecond
    expect(Math.abs(time(calls) - 45)).toBeLessThan(0.5);
    expect(Math.abs(time([{ kind: 'parallel', steps: calls }]) - 35)).toBeLessThan(0.5);
  });

  it('repeats, retries and chooses within its bounds', () => {
    const compiled = compileSystem(
      system({
        'a/root': op(1, [
          { kind: 'repeat', min: 2, max: 4, steps: ['b/loop'] },
          { kind: 'retry', operation: 'b/flaky', failure: 0.9, attempts: 3 },
          {
            kind: 'choice',
            branches: [
              { weight: 1, steps: ['b/left'] },
              { weight: 3, steps: ['b/right'] },
            ],
          },
        ]),
        'b/loop': op(1),
        'b/flaky': op(1),
        'b/left': op(1),
        'b/right': op(1),
      }),
    );
    const random = createRandom(2);
    const counts = { loop: new Set<number>(), flaky: new Set<number>(), left: 0, right: 0 };
    for (let i = 0; i < 400; i++) {
      const plan = planCalls(compiled, 0, random);
      const called = (name: string): number =>
        plan.operation.filter((found) => found === compiled.indexOf(name)).length;
      counts.loop.add(called('b/loop'));
      counts.flaky.add(called('b/flaky'));
      counts.left += called('b/left');
      counts.right += called('b/right');
    }
    expect([...counts.loop].sort()).toEqual([2, 3, 4]);
    expect([...counts.flaky].sort()).toEqual([1, 2, 3]);
    expect(counts.left + counts.right).toBe(400);
    expect(Math.abs(counts.right / 400 - 0.75)).toBeLessThan(0.1);
  });

  it('refuses a call to what is not described', () => {
    const compiled = compileSystem(system({ 'a/root': op(1, ['b/none']) }));
    expect(() => planCalls(compiled, 0, createRandom(1))).toThrow('b/none');
  });

  it('loads a service slowly, with mean 0 and variance 1', () => {
    const load = createLoad(2, 400 * 3600e6, createRandom(4));
    const values = Array.from({ length: 24_000 }, (_, minute) => load(0, minute * 60e6));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(Math.abs(variance - 1)).toBeLessThan(0.25);
    expect(Math.abs(load(0, 0) - load(0, 30e6))).toBeLessThan(0.8);
  });
});
