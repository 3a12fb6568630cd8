/** Choices as they were typed, checked, and as the stores take them. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { COMPARED, DETECTOR_IDS, type DetectorId, detectorMeta } from '../detectors/catalog.ts';
import { type PresetId, TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import { type NamedFormula, readNamedFormula } from '../run/named-formulas.ts';
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
  /** Of every detector with terms. */
  readonly formulas: readonly NamedFormula[];
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
  const detectors = readDetectors(complaints, typed.detectors);
  const [seed = 0, ...furtherSeeds] = typed.seeds;
  if (typed.seeds.length === 0) {
    complaints.push({ what: 'no seed is named', where: 'seeds', advice: 'name one at least' });
  }
  for (const one of typed.seeds) whole(complaints, 'seeds', one, CHOICE_LIMITS.seed);
  return {
    preset: oneOf(complaints, 'preset', typed.preset, PRESETS),
    backend: oneOf(complaints, 'backend', typed.backend, BACKENDS),
    detectors,
    epochs: whole(complaints, 'epochs', typed.epochs, CHOICE_LIMITS.epochs),
    limitTrain: whole(complaints, 'limitTrain', typed.limitTrain, CHOICE_LIMITS.limitTrain),
    seed,
    furtherSeeds,
    threshold: readThreshold(complaints, typed.threshold ?? null),
    formulas: readFormulas(complaints, typed.score ?? [], detectors),
  };
}

function readFormulas(
  complaints: Complaints,
  typed: readonly string[],
  detectors: readonly DetectorId[],
): readonly NamedFormula[] {
  const formulas: NamedFormula[] = [];
  for (const one of typed) {
    const read = readNamedFormula(one);
    const name = read.ok ? read.value.name : null;
    if (!read.ok) {
      const { what, where, advice } = read.error;
      complaints.push({ what: `${what}, ${where}`, where: 'score', advice });
    } else if (formulas.some((other) => other.name.toLowerCase() === name?.toLowerCase())) {
      complaints.push({
        what: `two scores “${name}”`,
        where: 'score',
        advice: 'name one otherwise',
      });
    } else formulas.push(read.value);
  }
  if (typed.length > 0 && !detectors.some((id) => detectorMeta(id).gives.kind === 'terms')) {
    const what = 'a formula is of the terms of TraceVAE or an ablation, and none is trained';
    complaints.push({ what, where: 'score', advice: 'add tracevae to the detectors' });
  }
  return formulas;
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
