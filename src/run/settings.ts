/**
 * Everything that decides a run besides the dataset itself, in parts by how long they live: the
 * model and its schedule (another value asks for a new training), scoring (another value asks for
 * new scores), and the machine.
 */
import { err, ok, type Result } from '../base/result.ts';
import { BASELINES, type BaselineConfigs, type DetectorId } from '../detectors/catalog.ts';
import type { TraceVaeSettings } from '../detectors/tracevae/meta.ts';
import type { LatencyScale } from '../features/latency-scale.ts';
import type { FileRole, SplitOptions } from '../features/splits.ts';

export type BackendPreference = 'auto' | 'webgpu' | 'wasm';

export interface MachineSettings {
  readonly backend: BackendPreference;
}

/** The parts that a person sets, each a record of plain values. */
export interface SettingsParts extends TraceVaeSettings {
  readonly machine: MachineSettings;
}
export type SettingsPart = keyof SettingsParts;

export interface RunSettings extends SettingsParts {
  /** At least one; trained one after another, in this order. */
  readonly detectors: readonly DetectorId[];
  /** Of the baselines among the detectors. */
  readonly baselines: Partial<BaselineConfigs>;
  readonly seed: number;
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly limitTrain: number | null;
  /** The model was kept of another dataset, of which this one has the validation traces; else absent. */
  readonly kept?: KeptGround;
  /** Training began with the weights of a kept model; absent: at random. */
  readonly startedFrom?: ModelOfRun;
  /**
   * Absent: the test traces. `all`: every trace, whatever the split, as no part is known to be clean.
   * `marked`: every trace, and those of training and validation are marked and not measured.
   */
  readonly scored?: 'all' | 'marked';
}

/** Which kept model; what tells it from others of its name. */
export interface ModelOfRun {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
  /** Of the dataset that it was kept of. */
  readonly dataHash: string;
}

/** What a kept model brings in the place of training traces. */
export interface KeptGround {
  /** Of the model. */
  readonly name: string;
  /** Absent of runs of earlier builds. */
  readonly of?: Omit<ModelOfRun, 'name'>;
  /**
   * These files were added to the dataset that it was trained on, whose training traces are here;
   * absent: it was trained elsewhere.
   */
  readonly added?: readonly string[];
  /** Its operations are the first of the dataset; a scale has one entry for each. */
  readonly scale: LatencyScale;
  /** What of the dataset it did not meet in training; counts, as src/model/drift.ts names them. */
  readonly moved: Readonly<
    Record<'traces' | 'calls' | 'unknownCalls' | 'newStructures' | 'compared' | 'slower', number>
  >;
}

/** What a run divides its dataset by. */
export const splitOptions = ({
  roles,
  seed,
  model,
  limitTrain,
}: Pick<RunSettings, 'roles' | 'seed' | 'model' | 'limitTrain'>): SplitOptions => ({
  roles,
  seed,
  maxNodes: model.maxNodes,
  limitTrain,
});

/** Whether a run with `settings` can take in the detectors that `next` adds: all else is equal. */
export function extendsRun(settings: RunSettings, next: RunSettings): boolean {
  const { detectors: _, baselines: mine, ...rest } = settings;
  const { detectors: __, baselines: theirs, ...others } = next;
  return (
    sameValue(rest, others) &&
    BASELINES.every(({ id }) => mine[id] === undefined || sameValue(mine[id], theirs[id]))
  );
}

/** Equal as plain values: the order of keys does not count, nor a key whose value is undefined. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...left.keys(), ...right.keys()])].every((key) =>
    sameValue(left.get(key), right.get(key)),
  );
}

/**
 * Parts of the settings with other values, each named by its key alone.
 *
 * @returns the changed parts, or the key that none of them has
 */
export function withChanges<Parts extends Pick<SettingsParts, 'model' | 'schedule' | 'scoring'>>(
  parts: Parts,
  changes: Readonly<Record<string, unknown>>,
): Result<Parts, string> {
  let changed = parts;
  for (const [key, value] of Object.entries(changes)) {
    const part = (['model', 'schedule', 'scoring'] as const).find((name) => key in parts[name]);
    if (part === undefined) return err(key);
    changed = { ...changed, [part]: { ...changed[part], [key]: value } };
  }
  return ok(changed);
}
