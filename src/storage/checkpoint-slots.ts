/**
 * The checkpoint of the run at hand in two slots, written alternately. Each record carries a
 * sequence number and a checksum over its bytes, so whatever happens to the slot that is being
 * written, the other one still holds the checkpoint before. The newest right record counts.
 */
import * as v from 'valibot';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { InterruptedRun } from '../run/record.ts';
import { readSettings } from '../run/record-formats.ts';
import { interruptedRun } from '../run/schemas.ts';

export const SLOTS = ['a', 'b'] as const;
export type Slot = (typeof SLOTS)[number];

export const CHECKPOINT_FORMAT = 2;

export interface CheckpointRecord {
  readonly formatVersion: typeof CHECKPOINT_FORMAT;
  /** One more than the record before; the highest is the newest. */
  readonly sequence: number;
  /** SHA-256 over all the rest, hexadecimal. */
  readonly checksum: string;
  /** The {@link InterruptedRun} without its arrays, as JSON. */
  readonly header: string;
  /** The arrays: weights, optimiser and, where early stopping keeps them, the best weights. */
  readonly arrays: readonly Float32Array[];
}

/** Where the slots live: an object store, or a test's map. */
export interface SlotStore {
  read(slot: Slot): Promise<unknown>;
  write(slot: Slot, record: CheckpointRecord): Promise<void>;
}

export interface CheckpointSlots {
  /** Null when nothing is stored; a failure when something is and cannot be used. */
  newest(): Promise<Result<InterruptedRun | null, Failure>>;
  save(run: InterruptedRun): Promise<void>;
  /** To be called when another may have written: the slots are read before the next save. */
  forget(): void;
}

interface Found {
  readonly slot: Slot;
  readonly sequence: number;
  readonly run: InterruptedRun;
}

export function createCheckpointSlots(store: SlotStore): CheckpointSlots {
  /** The newest right record, once it is known. */
  let newest: { readonly slot: Slot; readonly sequence: number } | null | undefined;

  const find = async (): Promise<{ found: Found | null; faults: readonly string[] }> => {
    const faults: string[] = [];
    let found: Found | null = null;
    for (const slot of SLOTS) {
      const value = await store.read(slot);
      if (value === undefined) continue;
      const record = await checked(value);
      if (!record.ok) {
        faults.push(record.error);
        continue;
      }
      const { sequence } = record.value;
      const run = decode(record.value);
      if (!run.ok) faults.push(run.error);
      else if (found === null || sequence > found.sequence) {
        found = { slot, sequence, run: run.value };
      }
    }
    newest = found === null ? null : { slot: found.slot, sequence: found.sequence };
    return { found, faults };
  };

  return {
    async newest() {
      const { found, faults } = await find();
      if (found !== null) return ok(found.run);
      if (faults.length === 0) return ok(null);
      return err({
        what: `the checkpoint of an interrupted training cannot be used: ${faults[0]}`,
        where: 'browser storage',
        advice: 'start the training again',
      });
    },

    async save(run) {
      if (newest === undefined) await find();
      const slot = newest?.slot === 'a' ? 'b' : 'a';
      const sequence = (newest?.sequence ?? 0) + 1;
      await store.write(slot, await encode(run, sequence));
      newest = { slot, sequence };
    },

    forget() {
      newest = undefined;
    },
  };
}

async function encode(run: InterruptedRun, sequence: number): Promise<CheckpointRecord> {
  const { checkpoint, ...rest } = run;
  const { weights, optimiser, best, ...plain } = checkpoint;
  const bestPlain = best === null ? null : { ...best, weights: undefined };
  const header = JSON.stringify({ ...rest, checkpoint: { ...plain, best: bestPlain } });
  const arrays = [weights, optimiser, ...(best === null ? [] : [best.weights])];
  const checksum = await checksumOf(sequence, header, arrays);
  return { formatVersion: CHECKPOINT_FORMAT, sequence, checksum, header, arrays };
}

/**
 * A checksum tells what a disk did; whoever writes a record can write its checksum, too.
 *
 * @returns the training that goes on, or what of it is no such thing
 */
function decode({ header, arrays }: CheckpointRecord): Result<InterruptedRun, string> {
  const [weights, optimiser, bestWeights] = arrays;
  let run: unknown;
  try {
    const plain = JSON.parse(header) as InterruptedRun;
    const { best } = plain.checkpoint;
    run = {
      ...plain,
      settings: readSettings(plain.settings),
      checkpoint: {
        ...plain.checkpoint,
        weights,
        optimiser,
        best: best === null ? null : { ...best, weights: bestWeights },
      },
    };
  } catch {
    return err('its header cannot be read');
  }
  const parsed = v.safeParse(interruptedRun, run, { abortEarly: true });
  if (parsed.success) return ok(run as InterruptedRun);
  return err(`${v.getDotPath(parsed.issues[0])?.slice(0, 120) ?? 'its header'} is damaged`);
}

/** @returns the record, or what is wrong with it */
async function checked(value: unknown): Promise<Result<CheckpointRecord, string>> {
  if (typeof value !== 'object' || value === null) return err('it is not a record');
  const record = value as Partial<CheckpointRecord>;
  const { formatVersion, sequence, checksum, header, arrays } = record;
  if (formatVersion !== CHECKPOINT_FORMAT) {
    return err(`it has format ${String(formatVersion)}, this build reads ${CHECKPOINT_FORMAT}`);
  }
  const whole =
    typeof sequence === 'number' &&
    typeof header === 'string' &&
    Array.isArray(arrays) &&
    arrays.length >= 2 &&
    arrays.every((array) => array instanceof Float32Array) &&
    (await checksumOf(sequence, header, arrays)) === checksum;
  return whole ? ok(value as CheckpointRecord) : err('its checksum is wrong');
}

/** A digest of digests, so that large arrays are not copied together. */
async function checksumOf(
  sequence: number,
  header: string,
  arrays: readonly Float32Array[],
): Promise<string> {
  const parts = [
    new TextEncoder().encode(JSON.stringify([CHECKPOINT_FORMAT, sequence, header])),
    ...arrays.map((array) => array as Float32Array<ArrayBuffer>),
  ];
  const digests = await Promise.all(parts.map((part) => crypto.subtle.digest('SHA-256', part)));
  const all = new Uint8Array(await new Blob(digests).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The run that a stored checkpoint is of; null where that cannot be told. */
export function runOf(value: unknown): string | null {
  try {
    const { runId } = JSON.parse((value as CheckpointRecord).header) as Partial<InterruptedRun>;
    return typeof runId === 'string' ? runId : null;
  } catch {
    return null;
  }
}
