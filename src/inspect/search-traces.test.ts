import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyRow } from '../base/order.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { stringColumn } from '../trace/string-column.ts';
import { searchRows } from './search-traces.ts';

const letter = fc.constantFrom('a', 'A', 'b', 'B', '0', '-', 'é', 'É', 'Z', '@', '[');
const text = (minLength: number, maxLength: number) =>
  fc.array(letter, { minLength, maxLength }).map((letters) => letters.join(''));

/** Capital ASCII letters alone are taken for small ones in an id. */
const lowered = (id: string): string => id.replace(/[A-Z]/g, (l) => l.toLowerCase());

test('ids are searched as String.includes would', () => {
  fc.assert(
    fc.property(fc.array(text(0, 12), { maxLength: 30 }), text(1, 4), (ids, wanted) => {
      const made = { ...toyTraces(ids.length), traceIds: stringColumn(ids) };
      const traces = { ...made, operations: made.operations.map(() => ({ service: 0, name: '' })) };
      const found = searchRows(traces, wanted, everyRow(ids.length), null);
      const expected = ids.map((id) => (lowered(id).includes(wanted.toLowerCase()) ? 1 : 0));
      expect([...found]).toEqual(expected);
    }),
  );
});

test('a text does not run from one id into the next', () => {
  const traces = { ...toyTraces(3), traceIds: stringColumn(['dead', 'beef', 'deadbeef']) };
  expect([...searchRows(traces, 'DeadBeef', everyRow(3), null)]).toEqual([0, 0, 1]);
});

test('operations are searched once a structure, and only where one is asked to look', () => {
  const traces = toyTraces(30);
  const has = Array.from(traces.structureOf, (structure) => (structure === 2 ? 1 : 0));
  expect([...searchRows(traces, 'shop/operation 5', everyRow(30), null)]).toEqual(has);
  const among = Uint8Array.from({ length: 30 }, (_, row) => row % 2);
  const both = has.map((own, row) => own & among[row]!);
  expect([...searchRows(traces, 'operation 5', everyRow(30), among)]).toEqual(both);
});
