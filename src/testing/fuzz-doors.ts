/**
 * Every door through which somebody else's bytes come in, under changed inputs: trace files, labels,
 * model files, notebook files and stored records. A door answers with a value or a failure in words;
 * what it throws, and what another record loses by it, is a fault. For `npm run fuzz`.
 */
import 'fake-indexeddb/auto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { createRandom, type Random } from '../base/random.ts';
import { importFiles, labelTraces } from '../ingest/import-files.ts';
import { unpackFiles } from '../ingest/pack-files.ts';
import { readModel } from '../model/model-file.ts';
import { createNotebookStorage } from '../storage/notebook-storage.ts';
import { decodeRecord } from '../storage/record-bytes.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { sourceFile } from './files.ts';
import { importedFixture } from './notebook-fakes.ts';
import { fakeDetectorRun, fakeRun, fakeScores, interruptedFixture } from './run-fakes.ts';

export const DOORS = ['traces', 'labels', 'records', 'notebook', 'model'] as const;
export type Door = (typeof DOORS)[number];

export interface Fuzzed {
  readonly door: Door;
  /** null, or what was thrown. */
  readonly thrown: string | null;
  /** null, or what was lost beside the changed input. */
  readonly lost: string | null;
}

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
const imported = importedFixture();
const MOST_BYTES = 400_000;

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path);
    if (stat.isDirectory()) return filesBelow(path);
    return stat.size > 0 && stat.size < MOST_BYTES ? [path] : [];
  });
}

/** Whether a door holds against one changed input. */
export type FuzzOne = (seed: number) => Promise<Fuzzed>;

/** @param root of the repository */
export function createFuzz(root: string): FuzzOne {
  const traceFiles = filesBelow(join(root, 'src/testing/imports'));
  const golden = filesBelow(join(root, 'src/testing/golden'));
  const notebooks = golden.filter((path) => path.endsWith('.tracevae.zip'));
  const models = golden.filter((path) => /\.(tracevae|safetensors)$/.test(path));
  const seedModel = safetensorsOfNothing();

  const doors: Record<Door, (random: Random) => Promise<string | null>> = {
    async traces(random) {
      const path = pick(random, traceFiles);
      const file = sourceFile(path.split('/').at(-1)!, changedBytes(random, readFileSync(path)));
      const read = await importFiles([file], quiet);
      if (!read.ok) return null;
      const sound = validateTraceSet(read.value.traces);
      return sound.ok ? null : `an import breaks an invariant: ${sound.error}`;
    },

    async labels(random) {
      const text = `traceId,label,root_cause\n${Array.from({ length: 20 }, (_, i) => `${i},${pick(random, ['normal', 'structure', 'time', '1', 'x'])},web`).join('\n')}`;
      const file = sourceFile('labels.csv', changedBytes(random, new TextEncoder().encode(text)));
      const read = await labelTraces([file], imported.traces, quiet.signal);
      if (!read.ok) return null;
      return read.value.label.length === imported.traces.label.length ? null : 'labels are missing';
    },

    async model(random) {
      const bytes = models.length > 0 ? readFileSync(pick(random, models)) : seedModel;
      readModel(changedBytes(random, bytes), 'model.tracevae');
      return null;
    },

    async notebook(random) {
      const bytes = changedBytes(random, readFileSync(pick(random, notebooks)));
      const unpacked = await unpackFiles(sourceFile('x.zip', bytes), quiet.signal);
      if (!unpacked.ok || unpacked.value === null) return null;
      const records = unpacked.value.slice(1).map(({ bytes: packed }) => {
        const value = decodeRecord(changedBytes(random, packed));
        const store = pick(random, ['datasets', 'chunks', 'runs', 'runEntries', 'notes']);
        return { store, key: [], value: value.ok ? value.value : null };
      });
      const storage = await withNeighbour();
      await storage.records.write('new', records as never);
      return neighbourIsThere();
    },

    async records(random) {
      const storage = await withNeighbour();
      const run = { ...fakeRun(), datasetId: 'changed' };
      await save('changed');
      await storage.saveRun({
        ...run,
        detectors: [{ ...fakeDetectorRun(), scores: fakeScores(imported.traces) }],
      });
      await storage.saveCheckpoint({ ...interruptedFixture(2), datasetId: 'changed' });
      await storage.notes.save('changed', [{ id: 'n', after: 'data', text: 'x' }]);
      const db = await openDB('tracevae-notebook');
      const stores = ['datasets', 'runs', 'runEntries', 'notes', 'checkpoints', 'chunks'];
      const store = pick(random, stores);
      const keys = (await db.getAllKeys(store)).filter((key) =>
        JSON.stringify(key).includes('changed'),
      );
      const key = pick(random, keys);
      let value: unknown = await db.get(store, key);
      for (let i = 0; i <= random.integer(3); i++) value = changedValue(random, value);
      await db.put(store, value, key);
      db.close();
      const listed = await storage.datasets.list();
      if (listed.ok)
        for (const entry of listed.value.entries) {
          await storage.datasets.read(entry);
          await storage.datasets.readSpans(entry, 0);
        }
      await storage.runsOf('changed');
      await storage.notes.read('changed');
      return neighbourIsThere();
    },
  };

  return async (seed) => {
    const random = createRandom(seed);
    const door = DOORS[seed % DOORS.length]!;
    try {
      return { door, thrown: null, lost: await doors[door](random) };
    } catch (cause) {
      const thrown = cause instanceof Error ? `${cause.stack}`.slice(0, 600) : String(cause);
      return { door, thrown, lost: null };
    }
  };
}

async function save(id: string): Promise<void> {
  const spans = (async function* () {})();
  const dataset = { id, name: id, imported, roles: ['train', 'val', 'test'] } as never;
  await createNotebookStorage().datasets.save(dataset, { savedAt: 1, spans, onProgress: () => {} });
}

/** A new database with a dataset and a run that nobody changes. */
async function withNeighbour() {
  globalThis.indexedDB = new IDBFactory();
  // Node has none before version 21
  globalThis.navigator ??= {} as Navigator;
  const storage = createNotebookStorage();
  await save('neighbour');
  await storage.saveRun({ ...fakeRun(), datasetId: 'neighbour' });
  return storage;
}

async function neighbourIsThere(): Promise<string | null> {
  const storage = createNotebookStorage();
  const listed = await storage.datasets.list();
  const entry = listed.ok ? listed.value.entries.find(({ id }) => id === 'neighbour') : undefined;
  if (entry === undefined) return 'the dataset next to it';
  const read = await storage.datasets.read(entry);
  if (!read.ok) return `the dataset next to it: ${read.error.what}`;
  return (await storage.runsOf('neighbour')).run === null ? 'the run next to it' : null;
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)]!;

const PIECES = [
  '"',
  ',',
  '\n',
  '{',
  '}',
  '[',
  ']',
  '\\u0000',
  '-1',
  '1e999',
  'NaN',
  '\u0000',
  '=',
  'é',
];

/** Flipped, cut, repeated, filled and overwritten here and there. */
function changedBytes(random: Random, original: Uint8Array): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(original);
  for (let changes = random.integer(6); changes >= 0 && bytes.length > 0; changes--) {
    const at = random.integer(bytes.length);
    const length = Math.min(bytes.length - at, 1 + random.integer(64));
    switch (random.integer(6)) {
      case 0:
        bytes[at] = random.integer(256);
        break;
      case 1:
        bytes = bytes.slice(0, at);
        break;
      case 2:
        bytes = joined(bytes.slice(0, at), bytes.slice(at, at + length), bytes.slice(at));
        break;
      case 3:
        bytes.fill(random.integer(256), at, at + length);
        break;
      case 4: {
        const piece = new TextEncoder().encode(
          pick(random, PIECES).repeat(1 + random.integer(200)),
        );
        bytes = joined(bytes.slice(0, at), piece, bytes.slice(at));
        break;
      }
      default:
        bytes = joined(bytes.slice(0, at), bytes.slice(at + length));
    }
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const JUNK: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => Number.NaN,
  () => -1,
  () => 2 ** 53,
  () => 1e308,
  () => '',
  () => 'x'.repeat(200_000),
  () => '__proto__',
  () => [],
  () => [null],
  () => ({}),
  () => new Float64Array(3),
  () => new Uint8Array(0),
  () => new Date(0),
  () => new Map([[1, 2]]),
  () => true,
  () => 12345678901234567890n,
];

/** The same record with one value of it, at any depth, replaced or left out. */
function changedValue(random: Random, value: unknown): unknown {
  const inner =
    typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
      ? Object.keys(value)
      : [];
  if (inner.length === 0 || random.integer(8) === 0) return pick(random, JUNK)();
  const key = pick(random, inner);
  if (Array.isArray(value)) {
    return value.with(Number(key), changedValue(random, value[Number(key)]));
  }
  const { [key]: before, ...rest } = value as Record<string, unknown>;
  if (random.integer(8) === 0) return rest;
  return { ...rest, [key]: changedValue(random, before) };
}

/** A head of a model file and nothing behind it. */
function safetensorsOfNothing(): Uint8Array {
  const head = new TextEncoder().encode(
    JSON.stringify({
      __metadata__: { tracevae: JSON.stringify({ formatVersion: 1, crc32: 0, operations: [] }) },
      'scale/mean_us': { dtype: 'F64', shape: [2], data_offsets: [0, 16] },
    }),
  );
  const bytes = new Uint8Array(8 + head.length + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  return bytes;
}
