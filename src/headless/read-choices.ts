/** Choices as they were typed, checked, and as the stores take them. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { COMPARED, DETECTOR_IDS, type DetectorId } from '../detectors/catalog.ts';
import { type PresetId, TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import type { BackendPreference } from '../run/settings.ts';
import {
  LONGEST_ATTRIBUTE_NAME,
  MOST_ATTRIBUTES,
  readAttributeNames,
} from '../stores/dataset/attribute-memory.ts';
import { CHOICE_LIMITS, type WholeNumbers } from '../stores/run/choice-limits.ts';
import { type RunChoices, withDetectors } from '../stores/run/run-choices.ts';
import { parseThreshold, type ThresholdRule } from '../stores/scores/threshold-view.ts';
import type { HeadlessChoices, TypedRun } from './handle.ts';

const RULES = ['authors', 'none'] as const;
const PRESETS = Object.keys(TRACEVAE_PRESETS) as PresetId[];
const BACKENDS: readonly BackendPreference[] = ['auto', 'webgpu', 'wasm'];

export interface ReadChoices {
  readonly authorsRules: boolean;
  /** null follows the data. */
  readonly maxNodes: number | null;
  /** Names; null keeps those that are kept by default. */
  readonly attributes: readonly string[] | null;
  readonly run: ReadRun | null;
}

export interface ReadRun extends Pick<RunChoices, 'preset' | 'detectors' | 'limitTrain' | 'seed'> {
  readonly backend: BackendPreference;
  /** null: as many as the page does. */
  readonly epochs: number | null;
  readonly furtherSeeds: readonly number[];
  /** null: the default of the data. */
  readonly threshold: ThresholdRule | null;
}

/** What is wrong with the choices, as they are read; `where` is the name of the choice. */
type Complaints = Failure[];

export function readChoices(typed: HeadlessChoices): Result<ReadChoices, Failure> {
  const complaints: Complaints = [];
  const read: ReadChoices = {
    authorsRules: oneOf(complaints, 'rules', typed.rules, RULES) === 'authors',
    maxNodes: whole(complaints, 'maxNodes', typed.maxNodes, CHOICE_LIMITS.maxNodes),
    attributes: typed.attributes && readAttributes(complaints, typed.attributes),
    run: typed.run === null ? null : readRun(complaints, typed.run),
  };
  const [first] = complaints;
  return first === undefined ? ok(read) : err(first);
}

function readAttributes(complaints: Complaints, typed: readonly string[]): readonly string[] {
  const names = readAttributeNames(typed.join('\n'));
  const wanted = new Set(typed.map((name) => name.trim()).filter((name) => name !== ''));
  if (names.length < wanted.size) {
    complaints.push({
      what: `${wanted.size} attributes, or a name of over ${LONGEST_ATTRIBUTE_NAME} characters`,
      where: 'attributes',
      advice: `name at most ${MOST_ATTRIBUTES}, or none`,
    });
  }
  return names;
}

function readRun(complaints: Complaints, typed: TypedRun): ReadRun {
  const [seed = 0, ...furtherSeeds] = typed.seeds;
  if (typed.seeds.length === 0) {
    complaints.push({ what: 'no seed is named', where: 'seeds', advice: 'name one at least' });
  }
  for (const one of typed.seeds) whole(complaints, 'seeds', one, CHOICE_LIMITS.seed);
  return {
    preset: oneOf(complaints, 'preset', typed.preset, PRESETS),
    backend: oneOf(complaints, 'backend', typed.backend, BACKENDS),
    detectors: readDetectors(complaints, typed.detectors),
    epochs: whole(complaints, 'epochs', typed.epochs, CHOICE_LIMITS.epochs),
    limitTrain: whole(complaints, 'limitTrain', typed.limitTrain, CHOICE_LIMITS.limitTrain),
    seed,
    furtherSeeds,
    threshold: readThreshold(complaints, typed.threshold ?? null),
  };
}

function readThreshold(complaints: Complaints, typed: string | null): ThresholdRule | null {
  const rule = typed === null ? null : parseThreshold(typed);
  if (rule?.ok === false) complaints.push(rule.error);
  return rule?.ok ? rule.value : null;
}

function readDetectors(
  complaints: Complaints,
  typed: TypedRun['detectors'],
): readonly DetectorId[] {
  const detectors = typed.flatMap((id): readonly string[] => (id === 'all' ? COMPARED : [id]));
  const strange = detectors.find((id) => !DETECTOR_IDS.some((known) => known === id));
  if (strange !== undefined || detectors.length === 0) {
    complaints.push({
      what: strange === undefined ? 'no detector is named' : `there is no detector "${strange}"`,
      where: 'detectors',
      advice: `use some of: all, ${DETECTOR_IDS.join(', ')}`,
    });
  }
  return withDetectors([], detectors as DetectorId[]);
}

function oneOf<T extends string>(
  complaints: Complaints,
  where: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    const advice = `use one of: ${allowed.join(', ')}`;
    complaints.push({ what: `"${value}" is unknown`, where, advice });
  }
  return found ?? allowed[0]!;
}

function whole(
  complaints: Complaints,
  where: string,
  value: number | null,
  { min, max }: WholeNumbers,
): number | null {
  if (value === null || (Number.isSafeInteger(value) && value >= min && value <= max)) return value;
  const upTo = max === Number.MAX_SAFE_INTEGER ? 'on' : `to ${max}`;
  const advice = `give a whole number from ${min} ${upTo}`;
  complaints.push({ what: `${value} cannot be used`, where, advice });
  return null;
}
