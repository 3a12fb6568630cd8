import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { JsonHandler } from './json-handler.ts';
import { createJsonScanner } from './json-scanner.ts';

/** Puts a document together again from what the scanner says. */
function collect(): {
  readonly handler: JsonHandler;
  readonly documents: unknown[];
  readonly faults: string[];
} {
  const documents: unknown[] = [];
  const faults: string[] = [];
  const open: (unknown[] | Map<string, unknown>)[] = [];
  let key = '';
  const keys: string[] = [];
  const put = (value: unknown): void => {
    const inner = open.at(-1);
    if (inner === undefined) documents.push(value);
    else if (Array.isArray(inner)) inner.push(value);
    else inner.set(key, value);
  };
  const text = (bytes: Uint8Array, start: number, end: number): string =>
    decodeUtf8(bytes.subarray(start, end));
  return {
    documents,
    faults,
    handler: {
      onOpen: (isList) => {
        keys.push(key);
        open.push(isList ? [] : new Map());
        return true;
      },
      onClose: () => {
        const value = open.pop();
        key = keys.pop()!;
        put(value);
      },
      onKey: (bytes, start, end) => {
        key = text(bytes, start, end);
        return !key.startsWith('skip');
      },
      onText: (...range) => put(text(...range)),
      onNumber: (...range) => put(Number(text(...range))),
      onWord: (...range) => put({ true: true, false: false, null: null }[text(...range)]),
      onFault: () => faults.push('fault'),
      onBroken: ({ byte }) => {
        open.length = 0;
        faults.push(`broken at ${byte}`);
      },
      onCutOff: ({ byte }) => faults.push(`cut off at ${byte}`),
    },
  };
}

/** As {@link collect} has objects: maps, without the keys that are skipped. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('skip'))
      .map(([key, each]) => [key, expected(each)]),
  );
}

function scan(
  text: string | Uint8Array,
  chunkBytes: number,
): ReturnType<typeof collect> & { failure: unknown } {
  const collected = collect();
  const scanner = createJsonScanner('f', collected.handler);
  const bytes = typeof text === 'string' ? encodeUtf8(text) : text;
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const failure = scanner.push(bytes.slice(from, from + chunkBytes));
    if (failure) return { ...collected, failure };
  }
  return { ...collected, failure: scanner.finish() };
}

const aDocument = fc
  .tuple(
    fc.jsonValue({ maxDepth: 4 }),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
  )
  .map(([value, unwanted, text]) => ({
    skip: unwanted,
    value,
    skip2: '\\"{[',
    text,
    skip3: [unwanted],
  }));

describe('scanning JSON', () => {
  it('finds what JSON.parse finds, wherever the file is cut', () => {
    fc.assert(
      fc.property(
        fc.array(aDocument),
        fc.nat(3),
        fc.integer({ min: 1, max: 50 }),
        (list, indent, size) => {
          const text = list.map((each) => `${JSON.stringify(each, null, indent)}\n`).join('');
          const { documents, faults, failure } = scan(text, size);
          expect(failure).toBeNull();
          expect(faults).toEqual([]);
          const copies: unknown[] = list.map((each) => JSON.parse(JSON.stringify(each)));
          expect(documents).toEqual(copies.map(expected));
        },
      ),
    );
  });

  it('reads every escape', () => {
    const escaped =
      '{"a\\u0062":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u6F22\\ud83d\\ude00|\\ud83d|\\ude00"}';
    const { documents, faults } = scan(escaped, 1);
    expect(documents).toEqual([new Map([['ab', '"\\/\b\f\n\r\té漢😀|\uFFFD|\uFFFD']])]);
    expect(faults).toEqual([]);
    expect(scan('{"a":"\\x"}', 1).faults).toEqual(['fault']);
    expect(scan('{"a":"\\u00g0"}', 1).faults).toEqual(['fault']);
  });

  it.each([
    ['{"a" 1}', 1],
    ['{"a":1 "b":2}', 1],
    ['{"a":}', 1],
    ['{"a":1,}', 1],
    ['{1:2}', 2],
    ['[1,]', 1],
    ['[1 2]', 1],
    ['[,1]', 1],
    ['[1,,2]', 1],
    ['[NaN]', 1],
    ['{"a"}', 1],
    ["{'a':1}", 2],
    ['["a\nb"]', 1],
  ])('goes on after a fault, as in %s', (text, faults) => {
    for (const size of [1, 100]) {
      const result = scan(`${text}\n[7]`, size);
      expect(result.failure).toBeNull();
      expect(result.faults).toEqual(Array(faults).fill('fault'));
      expect(result.documents.at(-1)).toEqual([7]);
    }
  });

  it('says where the file ends within a document', () => {
    const text = '{"skip":{"a":"b"},"c":["d",1]}';
    for (let length = 1; length < text.length; length++) {
      expect(scan(text.slice(0, length), 3).faults).toEqual([`cut off at ${length}`]);
    }
  });

  it('hands on a string that is too long as an empty one, and goes on behind it', () => {
    const long = 'x\\"'.repeat(400_000);
    const { documents, faults } = scan(
      `{"a":"${long}","${long}":1,"b":${'1'.repeat(400_000)},"c":2}`,
      65536,
    );
    expect(documents).toEqual([
      new Map<string, unknown>([
        ['a', ''],
        ['', 1],
        ['c', 2],
      ]),
    ]);
    expect(faults.length).toBeGreaterThan(0);
  });

  it('takes any bytes: a failure, faults, or documents, and never an exception', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '\n',
      '1',
      'null',
      ' ',
      '{"a":',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (pieces, size) => {
          const whole = scan(pieces.join(''), 1000);
          expect(scan(pieces.join(''), size)).toEqual({ ...whole, handler: expect.anything() });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
