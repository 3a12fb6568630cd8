import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Columns,
  createTableJoiner,
  cutTable,
  type TableLayout,
  tableBytes,
  tableSize,
} from './column-chunks.ts';

const LAYOUT: TableLayout = {
  rows: { kind: Uint8Array, startUs: Float64Array },
  lists: {
    nodeOffset: { latencyUs: Float32Array, count: Uint32Array },
    idOffset: { id: Uint8Array },
  },
};

/** @param lists per row: number of nodes, bytes of the id */
function tableOf(lists: readonly (readonly [number, number])[]): Columns {
  const offsets = (which: 0 | 1): Uint32Array => {
    const column = new Uint32Array(lists.length + 1);
    lists.forEach((row, i) => {
      column[i + 1] = column[i]! + row[which];
    });
    return column;
  };
  const [nodeOffset, idOffset] = [offsets(0), offsets(1)];
  const nodes = nodeOffset.at(-1)!;
  return {
    kind: Uint8Array.from(lists, (_, i) => i),
    startUs: Float64Array.from(lists, (_, i) => (i % 3 === 0 ? Number.NaN : i / 7)),
    nodeOffset,
    latencyUs: Float32Array.from({ length: nodes }, (_, i) => i / 3),
    count: Uint32Array.from({ length: nodes }, (_, i) => i),
    idOffset,
    id: Uint8Array.from({ length: idOffset.at(-1)! }, (_, i) => i),
  };
}

const lists = fc.array(fc.tuple(fc.nat(9), fc.nat(40)), { maxLength: 60 });

test('a table that was cut and joined again is the same, whatever the size of the chunks', () => {
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 2000 }), (rows, maxBytes) => {
      const table = tableOf(rows);
      const size = tableSize(LAYOUT, table, rows.length);
      const joiner = createTableJoiner(LAYOUT, size);
      let bytes = 0;
      for (const chunk of cutTable(LAYOUT, table, rows.length, maxBytes)) {
        const count = chunk.columns.kind!.length;
        const own = tableBytes(LAYOUT, tableSize(LAYOUT, chunk.columns, count));
        expect(own <= maxBytes || count === 1).toBe(true);
        bytes += own;
        expect(joiner.add(structuredClone(chunk))).toBeNull();
      }
      expect(bytes).toBe(tableBytes(LAYOUT, size));
      expect(joiner.finish()).toEqual({ ok: true, value: table });
    }),
  );
});

test('a chunk has buffers of its own, no larger than what it holds', () => {
  const table = tableOf(Array.from({ length: 50 }, () => [4, 8] as const));
  for (const { columns } of cutTable(LAYOUT, table, 50, 400)) {
    for (const column of Object.values(columns)) {
      expect(column.buffer.byteLength).toBe(column.byteLength);
    }
  }
});

test('a missing, short, foreign or surplus chunk is said', () => {
  const table = tableOf(Array.from({ length: 12 }, () => [3, 5] as const));
  const size = tableSize(LAYOUT, table, 12);
  const chunks = [...cutTable(LAYOUT, table, 12, 200)];
  expect(chunks.length).toBeGreaterThan(2);
  const [one, two] = chunks as [(typeof chunks)[0], (typeof chunks)[0]];
  const rows = one.columns.kind!.length;
  const join = (parts: readonly unknown[]): string | null => {
    const joiner = createTableJoiner(LAYOUT, size);
    for (const part of parts) {
      const fault = joiner.add(part as typeof one);
      if (fault !== null) return fault;
    }
    const joined = joiner.finish();
    return joined.ok ? null : joined.error;
  };
  const changed = (columns: object) => ({ ...one, columns: { ...one.columns, ...columns } });
  expect(join(chunks)).toBeNull();
  expect(join([one])).toBe(`rows from ${rows} on are missing`);
  expect(join([two])).toBe(`rows 0 to ${rows - 1} are missing`);
  expect(join([changed({ latencyUs: one.columns.latencyUs!.slice(1) })])).toMatch(/cut short/);
  expect(join([changed({ startUs: undefined })])).toMatch(/startUs .* does not fit/);
  expect(join([changed({ kind: new Float64Array(rows) })])).toMatch(/kind .* does not fit/);
  expect(join([changed({ nodeOffset: null })])).toMatch(/nodeOffset .* is missing/);
  expect(join([...chunks, { ...one, first: 12 }])).toMatch(/does not fit/);
});
