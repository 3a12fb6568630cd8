import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { bundleSource } from '../../scripts/bundle-for-node.mjs';
import type { BackendInfo } from '../run/outcome.ts';
import {
  type ShopSpan,
  shopCsv,
  shopJaeger,
  shopOtlp,
  shopTraces,
} from '../testing/shop-traces.ts';
import { runInNode, startWasm } from './run-in-node.ts';
import { type ScoreQuestion, scoreFiles } from './score-files.ts';
import type { ScoredRow } from './scored-row.ts';
import { standardInput } from './standard-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracevae-score-'));
const onDisk = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const fresh = shopTraces(1000, 24);
/** A trace with a call that the model never saw, and one that takes a hundred times as long. */
const odd: readonly ShopSpan[] = [
  { trace: 2000, id: 1, parent: 0, ms: 22, call: 'web/get' },
  { trace: 2000, id: 2, parent: 1, ms: 6, call: 'search/query' },
  { trace: 2000, id: 3, parent: 1, ms: 3, call: 'mail/send' },
  { trace: 2001, id: 1, parent: 0, ms: 2000, call: 'web/get' },
  { trace: 2001, id: 2, parent: 1, ms: 1990, call: 'search/query' },
];

let backend: BackendInfo;
let model: string;
let page: Map<string, readonly number[]>;
beforeAll(async () => {
  backend = await startWasm();
  const train = onDisk('train.csv', shopCsv(shopTraces(0, 120)));
  const tested = onDisk('test.csv', shopCsv(fresh));
  const ran = await runInNode(
    {
      source: {
        kind: 'files',
        files: [
          { path: train, role: 'train' },
          { path: tested, role: 'test' },
        ],
      },
      choices: {
        rules: 'authors',
        maxNodes: 8,
        attributes: null,
        run: {
          preset: 'tiny',
          backend: 'wasm',
          detectors: ['history', 'tracevae'],
          epochs: 12,
          limitTrain: null,
          seeds: [3],
        },
      },
      // what a model file must hold beyond durations: the target's own scale
      changes: {
        units: 6,
        heads: 2,
        layers: 1,
        batchSize: 16,
        learningRate: 5e-3,
        latencyTarget: 'log-self',
      },
      backend,
      app: { name: 'notebook', version: '0' },
    },
    () => {},
  );
  if (!ran.ok) throw new Error(ran.error.what);
  model = onDisk('shop.tracevae', ran.value.keep('shop'));
  const [header = '', ...lines] = ran.value.scores().trim().split('\n');
  const names = header.split(',');
  const columns = ['nll', 'bcscale', 'ncnorm', 'stdlimit', 'full'].map((name) =>
    names.indexOf(name),
  );
  page = new Map(
    lines
      .map((line) => line.split(','))
      .filter((cells) => cells[1] === 'test')
      .map((cells) => [cells[0]!, columns.map((at) => Number(cells[at]))]),
  );
}, 60_000);

const USUAL = {
  format: null,
  threshold: null,
  detector: null,
  quietSpans: 1000,
  minute: false,
  threads: null,
} as const;

async function score(input: ScoreQuestion['input'], more: Partial<ScoreQuestion> = {}) {
  const rows: ScoredRow[] = [];
  const ended = await scoreFiles({ model, input, ...USUAL, ...more }, async (some) => {
    rows.push(...some);
  });
  return { rows, ended };
}

const termsOf = ({ nll, bcscale, ncnorm, stdlimit, full }: ScoredRow) => [
  nll!,
  bcscale!,
  ncnorm!,
  stdlimit!,
  full!,
];
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(b));

function expectPageScores(rows: readonly ScoredRow[]): void {
  const own = rows.filter(({ traceId }) => page.has(traceId));
  expect(own.length).toBe(page.size);
  for (const row of own) {
    const expected = page.get(row.traceId)!;
    termsOf(row).forEach((value, i) => {
      expect(isNear(value, expected[i]!), `${row.traceId}: ${value} for ${expected[i]}`).toBe(true);
    });
  }
}

test('rows have the scores of the page, whatever the format, the order and the company', async () => {
  const shuffled = [...fresh, ...odd].sort(
    (a, b) => ((a.trace * 7 + a.id * 13) % 17) - ((b.trace * 7 + b.id * 13) % 17),
  );
  const asCsv = await score([onDisk('a.csv', shopCsv(fresh))]);
  expect(asCsv.ended).toMatchObject({
    ok: true,
    value: { scored: 24, unknownCalls: 0, newStructures: 0 },
  });
  expectPageScores(asCsv.rows);
  expectPageScores((await score([onDisk('b.csv', shopCsv(shuffled))])).rows);
  expectPageScores((await score([onDisk('c.json', shopJaeger([...fresh].reverse()))])).rows);
  const parts = [shopCsv(fresh.slice(0, 20)), shopCsv(fresh.slice(20))].map((text, i) =>
    onDisk(`part${i}.csv`, text),
  );
  expectPageScores((await score(parts)).rows);
});

/** Bytes as a pipe gives them, cut anywhere. */
async function* piped(text: string, cut: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
}

const FORMATS = { csv: shopCsv, jaeger: shopJaeger, otlp: shopOtlp } as const;

async function asPipe(text: string, cut: number, more: Partial<ScoreQuestion> = {}) {
  const read = await standardInput(piped(text, cut), join(folder, 'piped'));
  if (read.kind !== 'stream') throw new Error('it should be a stream');
  const { rows, ended } = await score([read.file], more);
  // ids of OTLP are hexadecimal
  const idOf = (id: string): string => (id.includes(':') ? id : `1:${Number.parseInt(id, 16)}`);
  return { rows: rows.map((row) => ({ ...row, traceId: idOf(row.traceId) })), ended };
}

test('a pipe gives the same rows, in any format and order and however it is cut', async () => {
  const spans = [...fresh, ...odd];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(FORMATS) as (keyof typeof FORMATS)[])),
      fc.shuffledSubarray(spans, { minLength: spans.length }),
      fc.integer({ min: 1, max: 5000 }),
      async (format, order, cut) => {
        const { rows, ended } = await asPipe(FORMATS[format](order), cut);
        expect(ended).toMatchObject({ ok: true, value: { scored: 26, lateTraces: 0 } });
        expectPageScores(rows);
      },
    ),
    { numRuns: 9, seed: 5 },
  );
});

test('threads give the rows of one, in its order, as soon as traces are complete', async () => {
  const text = shopCsv(shopTraces(5000, 1200));
  const quietSpans = 400;
  const entry = new URL(await bundleSource('src/node/score-thread.ts'));
  const one = await asPipe(text, 65_536, { quietSpans });
  const two = await asPipe(text, 3000, { quietSpans, threads: { count: 2, entry } });
  expect(two.ended).toMatchObject({ ok: true, value: { threads: 2, scored: 1200 } });
  expect(two.rows).toEqual(one.rows);
  expect(one.rows.map(({ traceId }) => traceId)).toEqual(
    Array.from({ length: 1200 }, (_, i) => `1:${5000 + i}`),
  );
}, 60_000);

test('a broken row costs its span, and a late one is counted', async () => {
  const [header, ...lines] = shopCsv([...shopTraces(7000, 900), ...odd.slice(0, 1)]).split('\n');
  const broken = [header, 'no,span', ...lines].join('\n');
  const { rows, ended } = await asPipe(`${broken}1,7000,1,9,5,0,get,web\n`, 999, {
    quietSpans: 300,
  });
  expect(rows).toHaveLength(900);
  expect(ended).toMatchObject({ ok: true, value: { lateTraces: 1, scored: 900 } });
  expect(ended.ok && ended.value.ledger).toEqual([
    { reason: 'malformed-row', count: 1 },
    { reason: 'single-node', count: 1 },
    { reason: 'late-span', count: 1 },
  ]);
  expect(ended.ok && ended.value.spans).toBe(ended.ok && ended.value.spansKept + 3);
});

test('what the model never saw is scored as such, and said', async () => {
  const { rows, ended } = await score([onDisk('odd.csv', shopCsv([...fresh, ...odd]))]);
  const [unseen, slow] = ['1:2000', '1:2001'].map(
    (id) => rows.find(({ traceId }) => traceId === id)!,
  );
  const most = Math.max(...rows.filter(({ traceId }) => page.has(traceId)).map((row) => row.score));
  expect(unseen).toMatchObject({
    structure: 'new',
    service: 'mail',
    reason: expect.stringMatching(/New here: mail\/send/),
  });
  expect(slow).toMatchObject({
    structure: 'known',
    service: 'search',
    reason: expect.stringMatching(/^Slow/),
  });
  for (const row of [unseen!, slow!]) {
    expect(row.score).toBeGreaterThanOrEqual(most);
    expect(row.full).toBeGreaterThan(Math.max(...[...page.values()].map((of) => of[4]!)));
    expect(termsOf(row).every(Number.isFinite)).toBe(true);
  }
  expect(ended).toMatchObject({ ok: true, value: { unknownCalls: 1, newStructures: 1 } });
});

test('a score depends on the trace alone, not on the unknown calls of others', async () => {
  const strange = shopTraces(3000, 8).map((span) => ({
    ...span,
    call: `mail/${span.call.replace('/', '-')}`,
  }));
  const alone = await score([onDisk('alone.csv', shopCsv(odd))]);
  const among = await score([onDisk('among.csv', shopCsv([...strange, ...odd]))]);
  expect(alone.rows).toHaveLength(2);
  for (const row of alone.rows) {
    const other = among.rows.find(({ traceId }) => traceId === row.traceId)!;
    expect(other).toMatchObject({
      reason: row.reason,
      service: row.service,
      structure: row.structure,
    });
    expect(isNear(other.score, row.score)).toBe(true);
    termsOf(row).forEach((value, i) => {
      expect(isNear(termsOf(other)[i]!, value)).toBe(true);
    });
  }
});

test('traces of another system are all unknown, and the ledger says retrain', async () => {
  const other = shopTraces(0, 60).map((span) => ({
    ...span,
    call: `mail/${span.call.replace('/', '-')}`,
  }));
  const { rows, ended } = await score([onDisk('other.csv', shopCsv(other))]);
  expect(rows.every(({ structure }) => structure === 'new')).toBe(true);
  expect(rows.every(({ score: value }) => Number.isFinite(value))).toBe(true);
  expect(ended.ok && ended.value.drift.at(-1)).toMatch(/retrain/);
});

test('thresholds are spelled as the contract spells them', async () => {
  const files = [onDisk('all.csv', shopCsv([...fresh, ...odd]))];
  const flagged = async (threshold: string) => {
    const { rows, ended } = await score(files, { threshold, detector: 'tracevae' });
    if (!ended.ok) throw new Error(ended.error.what);
    const ids = rows.filter((row) => row.flagged === 1).map(({ traceId }) => traceId);
    expect(ended.value.flagged).toBe(ids.length);
    return ids.sort();
  };
  const everything = await score(files, { threshold: 'top=100%' });
  expect(everything.rows.every(({ flagged: is, reason }) => is === 0 || reason !== '')).toBe(true);
  expect(
    everything.rows.filter(({ reason }) => /as a whole|slow/i.test(reason)).length,
  ).toBeGreaterThan(0);
  const odds = ['1:2000', '1:2001'];
  expect(await flagged('top=2')).toEqual(odds);
  expect(await flagged('top=8%')).toEqual(odds);
  expect(await flagged('percentile=99')).toEqual(expect.arrayContaining(odds));
  expect(await flagged('budget=1/1000')).toEqual(expect.arrayContaining(odds));
  const wrong = await score(files, { threshold: 'most' });
  expect(wrong.ended).toMatchObject({ ok: false, error: { where: '--threshold' } });
});

test('a torn model, one of another build and no model are refused with a sentence', async () => {
  const bytes = new Uint8Array(readFileSync(model));
  const files = [onDisk('few.csv', shopCsv(fresh))];
  const refusal = async (name: string, of: Uint8Array) => {
    const { ended } = await score(files, { model: onDisk(name, of) });
    return ended.ok ? null : ended.error.what;
  };
  expect(await refusal('cut.tracevae', bytes.subarray(0, bytes.length - 3))).toMatch(/torn/);
  const flipped = bytes.slice();
  flipped[flipped.length - 100]! ^= 1;
  expect(await refusal('flipped.tracevae', flipped)).toMatch(/torn/);
  const text = new TextDecoder('latin1').decode(bytes);
  const newer = Uint8Array.from(
    text.replace('\\"formatVersion\\":1', '\\"formatVersion\\":2'),
    (letter) => letter.charCodeAt(0),
  );
  expect(await refusal('newer.tracevae', newer)).toMatch(/format 2, this build reads 1/);
  // of a build that had another setting and lacked one of this build
  const earlier = Uint8Array.from(
    text.replace('\\"latencyTarget\\"', '\\"latencyTurbot\\"'),
    (letter) => letter.charCodeAt(0),
  );
  expect(earlier).not.toEqual(bytes);
  expect(await refusal('earlier.tracevae', earlier)).toBeNull();
  expect(await refusal('none.tracevae', Uint8Array.of(1, 2, 3))).toMatch(/torn/);
  const { ended } = await score(files, { model: join(folder, 'absent') });
  expect(ended).toMatchObject({ ok: false, error: { advice: 'check the path' } });
});
