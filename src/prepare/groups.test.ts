import { expect, test } from 'vitest';
import { ONLINE_SHOP } from '../simulator/online-shop.ts';
import { createPlanSource, DEFAULT_HOURS, runPlans } from '../simulator/simulate.ts';
import { spanTable } from '../simulator/span-table.ts';
import { createMergedShapeReader } from '../simulator/span-tree.ts';
import { compileSystem } from '../simulator/system.ts';
import { assembleTraces } from '../trace/assemble.ts';
import { groupStructures, sortByGroup } from './groups.ts';

const system = compileSystem(ONLINE_SHOP);
const plans = Array.from({ length: 800 }, createPlanSource(system, 3));
const trees = runPlans(system, plans, { seed: 3, hours: DEFAULT_HOURS });
const { traces } = assembleTraces(
  spanTable(system, [trees.map((tree) => ({ tree, label: 'normal' }))], 3),
  ['spans'],
);
const groups = groupStructures(traces.structures);
const groupOfTrace = Array.from(traces.structureOf, (structure) => groups.groupOf[structure]!);

test('structures group as the trees of spans they were merged from', () => {
  const shapeOf = createMergedShapeReader();
  const pairs = new Set(trees.map((tree, t) => `${groupOfTrace[t]} = ${shapeOf(tree).group}`));
  // as many pairs as groups on either side: the two divide the traces alike
  expect(pairs.size).toBe(new Set(groupOfTrace).size);
  expect(pairs.size).toBe(new Set(trees.map((tree) => shapeOf(tree).group)).size);
  expect(pairs.size).toBe(groups.groupCount);
  trees.forEach((tree, t) => {
    expect(groups.depth[traces.structureOf[t]!]).toBe(shapeOf(tree).depth);
  });
});

test('traces are sorted by group, in their order within one', () => {
  const selected = Uint32Array.from(traces.structureOf.keys()).filter((trace) => trace % 3 > 0);
  const byGroup = sortByGroup(traces.structureOf, selected, groups);
  expect([...byGroup.traces].sort((a, b) => a - b)).toEqual([...selected]);
  for (let group = 0; group < groups.groupCount; group++) {
    const members = [...byGroup.traces.subarray(byGroup.offset[group], byGroup.offset[group + 1])];
    expect(members.every((trace) => groupOfTrace[trace] === group)).toBe(true);
    expect(members).toEqual([...members].sort((a, b) => a - b));
  }
});
