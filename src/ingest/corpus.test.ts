/** The stored corpus: files with one trap each, and exactly what they give. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { ledgerOf, treesOf } from '../testing/imports.ts';
import { lostSpans } from '../trace/ledger.ts';

const folder = fileURLToPath(new URL('../testing/corpus/', import.meta.url));
const file = (name: string) => sourceFile(name, readFileSync(folder + name));

interface Expected {
  readonly trees: readonly string[];
  readonly ledger?: readonly unknown[];
}

const AB = '-1 web/a, 0 web/b';
const FIRST_SPAN = 'resourceSpans[0].scopeSpans[0].spans[0]';

const READ: Readonly<Record<string, Expected>> = {
  'jaeger-bare-nan.json': { trees: [AB], ledger: [['malformed-row', 1, 'spans[2]']] },
  'jaeger-processes-first.json': { trees: [AB] },
  'otlp-duplicate-keys.json': { trees: ['-1 web/b, 0 web/c'] },
  'otlp-library-spans-numbers.json': { trees: [AB] },
  'otlp-line-cut.jsonl': { trees: [AB, AB], ledger: [['malformed-row', 1, FIRST_SPAN]] },
  'otlp-proto-keys.json': { trees: ['-1 __proto__/constructor, 0 __proto__/toString'] },
  'otlp-resource-last.json': { trees: [AB] },
  'otlp.binpb': { trees: [AB] },
  'otlp-framed.binpb': { trees: [AB] },
  'otlp-overlong.binpb': { trees: [AB], ledger: [['malformed-row', 1, '[1]']] },
  'zipkin-missing-comma.json': { trees: ['-1 web/get, 0 db/query'] },
  'zipkin-missing.json': {
    trees: ['-1 unknown-service/unknown, 0 unknown-service/unknown'],
    ledger: [
      ['unknown-service', 2, '[0]'],
      ['unknown-operation-name', 2, '[0]'],
      ['missing-duration', 2, '[0]'],
    ],
  },
  'zipkin-shared.json': {
    trees: ['-1 web/get, 0 web/get /cart, 1 cart/get, 2 cart/query'],
  },
};

const FAIL: Readonly<Record<string, readonly [what: string, where: string]>> = {
  'jaeger-extra-bracket.json': [
    'JSON with brackets that do not match',
    'jaeger-extra-bracket.json, byte 247',
  ],
  'jaeger-not-found.json': [
    'an error answer without a trace: trace not found (404)',
    'jaeger-not-found.json',
  ],
};

describe('the corpus', () => {
  it.each(Object.entries(READ))('gives of %s what it should', async (name, { trees, ledger }) => {
    const result = await importedFrom(file(name));
    expect(treesOf(result)).toEqual(trees);
    expect(ledgerOf(result)).toEqual(ledger ?? []);
    expect(result.spansKept + lostSpans(result.ledger)).toBe(result.spansRead);
  });

  it.each(Object.entries(FAIL))('says of %s what is wrong', async (name, [what, where]) => {
    expect(await failureOf(file(name))).toMatchObject({ what, where });
  });

  it('is all of the files that are stored', () => {
    // packed files are what unpacking.test.ts reads
    const stored = readdirSync(folder).filter((name) => !/^README\.md$|\.zst$/.test(name));
    expect([...Object.keys(READ), ...Object.keys(FAIL)].toSorted()).toEqual(stored.toSorted());
  });
});
