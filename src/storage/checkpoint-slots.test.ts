import { beforeEach, expect, test } from 'vitest';
import { interruptedFixture } from '../testing/run-fakes.ts';
import {
  type CheckpointRecord,
  type CheckpointSlots,
  createCheckpointSlots,
  type Slot,
} from './checkpoint-slots.ts';

let stored: Map<Slot, CheckpointRecord>;
let slots: CheckpointSlots;

const open = (): CheckpointSlots =>
  createCheckpointSlots({
    read: async (slot) => stored.get(slot),
    write: async (slot, record) => {
      stored.set(slot, structuredClone(record));
    },
  });

beforeEach(() => {
  stored = new Map();
  slots = open();
});

const newestEpoch = async (): Promise<number | undefined> => {
  const newest = await open().newest();
  return newest.ok ? newest.value?.checkpoint.epoch : -1;
};

test('a checkpoint comes back as it was', async () => {
  expect(await slots.newest()).toEqual({ ok: true, value: null });
  for (const best of [null, { epoch: 2, loss: 1.5, validationsSince: 1 }]) {
    const { checkpoint, ...run } = interruptedFixture(3);
    const weights = Float32Array.of(7, 8, 9);
    const saved = {
      ...run,
      checkpoint: { ...checkpoint, best: best === null ? null : { ...best, weights } },
    };
    await slots.save(saved);
    expect(await open().newest()).toEqual({ ok: true, value: saved });
  }
});

test('slots are written alternately, and the newest counts', async () => {
  for (const epoch of [1, 2, 3, 4, 5]) {
    await slots.save(interruptedFixture(epoch));
    expect(await newestEpoch()).toBe(epoch);
    expect(stored.size).toBe(Math.min(epoch, 2));
    if (epoch === 3) slots = open(); // as after a reload
  }
  expect([...stored.values()].map(({ sequence }) => sequence).sort()).toEqual([4, 5]);
});

/** What can become of a record while it is written, or later on the disk. */
const DAMAGES: Readonly<Record<string, (record: CheckpointRecord) => unknown>> = {
  'a flipped bit in the weights': (record) => {
    const arrays = record.arrays.map((array) => array.slice());
    new Uint8Array(arrays[0]!.buffer)[5]! ^= 1;
    return { ...record, arrays };
  },
  'a weight that became another NaN': (record) => {
    const arrays = record.arrays.map((array) => array.slice());
    arrays[1]![0] = Number.NaN;
    return { ...record, arrays };
  },
  'an array cut short': (record) => ({
    ...record,
    arrays: record.arrays.map((array) => array.subarray(0, -1)),
  }),
  'values moved from one array to the next': ({ arrays: [weights, optimiser], ...record }) => ({
    ...record,
    arrays: [weights!.subarray(0, -1), Float32Array.of(weights!.at(-1)!, ...optimiser!)],
  }),
  'an array too few': (record) => ({ ...record, arrays: record.arrays.slice(0, 1) }),
  'a changed header': (record) => ({
    ...record,
    header: record.header.replace('"seed":1', '"seed":2'),
  }),
  'a changed sequence number': (record) => ({ ...record, sequence: record.sequence + 9 }),
  'no arrays': ({ arrays: _, ...record }) => record,
  'no record': () => 'half of some',
  'another format': (record) => ({ ...record, formatVersion: 1 }),
};

test.each(Object.entries(DAMAGES))('%s loses that slot and not the other', async (_, damage) => {
  await slots.save(interruptedFixture(1));
  await slots.save(interruptedFixture(2));
  const spoil = (slot: Slot): unknown =>
    stored.set(slot, damage(stored.get(slot)!) as CheckpointRecord);
  spoil('b');
  expect(await newestEpoch()).toBe(1);
  // The next one goes over the damaged slot, never over the right one.
  const reopened = open();
  await reopened.save(interruptedFixture(3));
  expect(stored.get('a')).toMatchObject({ sequence: 1 });
  expect(await newestEpoch()).toBe(3);

  spoil('a');
  spoil('b');
  expect(await open().newest()).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('cannot be used') },
  });
});

test('a header that says what no training is, with a checksum that is right, is not resumed', async () => {
  const honest = interruptedFixture(2);
  const tampered: readonly unknown[] = [
    { ...honest, detector: 'elsewhere' },
    { ...honest, settings: { ...honest.settings, seed: 'x' } },
    { ...honest, settings: null },
    { ...honest, incidents: [null] },
    { ...honest, checkpoint: { ...honest.checkpoint, nextEpoch: -1 } },
    { ...honest, checkpoint: { ...honest.checkpoint, curve: [null] } },
  ];
  for (const run of tampered) {
    stored = new Map();
    slots = open();
    await slots.save(run as typeof honest);
    expect(await open().newest()).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining('cannot be used') },
    });
    // the one before it still counts
    stored = new Map();
    slots = open();
    await slots.save(honest);
    await slots.save(run as typeof honest);
    expect(await open().newest()).toEqual({ ok: true, value: honest });
  }
});
