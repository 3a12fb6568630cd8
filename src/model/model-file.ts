/**
 * The file of a kept model, NAME.tracevae: safetensors, so that any user of PyTorch can open it. The
 * weights of TraceVAE have the authors' names, those of another detector stand behind its id; what is
 * no tensor is JSON in the metadata, under "tracevae".
 */
import { crc32 } from '../base/crc32.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { DETECTOR_IDS, type DetectorId } from '../detectors/catalog.ts';
import { TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import type { LatencyScale, TargetScale } from '../features/latency-scale.ts';
import { readSettings } from '../run/record-formats.ts';
import type { RunSettings } from '../run/settings.ts';
import { VARIANTS, type Variant } from '../scoring/corrections/list.ts';
import type { StdLimits } from '../scoring/score-terms.ts';
import { parseThreshold } from '../scoring/threshold-rule.ts';
import type { KeptUsual } from '../statistics/kept-usual.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { buildVocabulary } from '../trace/vocabulary.ts';
import type { KeptDetector, KeptModel, ModelOrigin } from './kept-model.ts';
import {
  type NamedTensor,
  readSafetensors,
  type TensorData,
  tensorBytes,
  writeSafetensors,
} from './safetensors.ts';

export const MODEL_FORMAT = 1;
const KEY = 'tracevae';

/** What of a model is no tensor. */
interface Head {
  readonly formatVersion: number;
  /** Of the bytes of all tensors. */
  readonly crc32: number;
  readonly origin: ModelOrigin;
  readonly settings: RunSettings;
  /** Service and name by id, from 1. */
  readonly operations: readonly (readonly [service: string, name: string])[];
  readonly latencyScale: Pick<LatencyScale, 'kind' | 'floored'> & {
    /** Absent: durations are predicted. */
    readonly target?: TargetScale['kind'];
  };
  readonly detectors: readonly { readonly detector: DetectorId; readonly threshold: string }[];
  /** Training traces that say what is usual. */
  readonly usual: number;
}

/** Weights of TraceVAE are named as the authors name them. */
const prefixOf = (detector: DetectorId): string => (detector === 'tracevae' ? '' : `${detector}/`);

const VALIDATION = {
  'structures/node_offset': ({ structures }: TraceSet) => structures.nodeOffset,
  'structures/parent': ({ structures }: TraceSet) => structures.parent,
  'structures/operation': ({ structures }: TraceSet) => structures.operation,
  structure_of: ({ structureOf }: TraceSet) => structureOf,
  node_offset: ({ nodeOffset }: TraceSet) => nodeOffset,
  latency_us: ({ latencyUs }: TraceSet) => latencyUs,
  span_count: ({ spanCount }: TraceSet) => spanCount,
  start_us: ({ startUs }: TraceSet) => startUs,
  label: ({ label }: TraceSet) => label,
  'trace_ids/bytes': ({ traceIds }: TraceSet) => traceIds.bytes,
  'trace_ids/offset': ({ traceIds }: TraceSet) => traceIds.offset,
} satisfies Record<string, (of: TraceSet) => TensorData>;

const USUAL = {
  'paths/caller': ({ paths }: KeptUsual) => paths.caller,
  'paths/operation': ({ paths }: KeptUsual) => paths.operation,
  'paths/count': ({ count }: KeptUsual) => count,
  'paths/errors': ({ errors }: KeptUsual) => errors,
  'paths/low_us': ({ lowUs }: KeptUsual) => lowUs,
  'paths/high_us': ({ highUs }: KeptUsual) => highUs,
  'paths/spread': ({ spread }: KeptUsual) => spread,
  'paths/self_low_us': ({ selfLowUs }: KeptUsual) => selfLowUs,
  'paths/self_high_us': ({ selfHighUs }: KeptUsual) => selfHighUs,
  'structures/size': ({ known }: KeptUsual) => known.size,
  'structures/parent': ({ known }: KeptUsual) => known.parent,
  'structures/operation': ({ known }: KeptUsual) => known.operation,
  'structures/count': ({ known }: KeptUsual) => known.count,
  'structures/low_us': ({ wholeLowUs }: KeptUsual) => wholeLowUs,
  'structures/high_us': ({ wholeHighUs }: KeptUsual) => wholeHighUs,
  'structures/spread': ({ wholeSpread }: KeptUsual) => wholeSpread,
} satisfies Record<string, (of: KeptUsual) => TensorData>;

export function writeModel(model: KeptModel): Uint8Array<ArrayBuffer> {
  const { validation, scale, settings } = model;
  const column = (name: string, data: TensorData): NamedTensor => ({
    name,
    shape: [data.length],
    data,
  });
  const tensors: NamedTensor[] = [
    ...model.detectors.flatMap(({ detector, weights, val, stdLimits }) => [
      ...weights.tensors.map((tensor) => ({ ...tensor, name: prefixOf(detector) + tensor.name })),
      ...Object.entries(val).map(([name, data]) => column(`calibration/${detector}/${name}`, data)),
      ...(stdLimits === null ? [] : limitColumns(stdLimits)).map(([name, data]) =>
        column(`calibration/${detector}/${name}`, data),
      ),
    ]),
    column('scale/mean_us', scale.meanUs),
    column('scale/divisor_us', scale.divisorUs),
    ...targetColumns(scale).map(([name, data]) => column(name, data)),
    ...Object.entries(VALIDATION).map(([name, of]) => column(`validation/${name}`, of(validation))),
    ...Object.entries(USUAL).map(([name, of]) => column(`usual/${name}`, of(model.usual))),
    ...(validation.errorCount ? [column('validation/error_count', validation.errorCount)] : []),
  ];
  const bytes = tensorBytes(tensors);
  const head: Head = {
    formatVersion: MODEL_FORMAT,
    crc32: crc32(bytes),
    origin: model.origin,
    settings,
    operations: validation.operations
      .slice(1)
      .map(({ service, name }) => [validation.services[service]!, name]),
    latencyScale: {
      kind: scale.kind,
      floored: scale.floored,
      ...(scale.target === undefined ? {} : { target: scale.target.kind }),
    },
    detectors: model.detectors.map(({ detector, threshold }) => ({ detector, threshold })),
    usual: model.usual.size,
  };
  return writeSafetensors({ metadata: { [KEY]: JSON.stringify(head) }, tensors }, bytes);
}

const TARGET = ['scale/target_offset_us', 'scale/target_mean', 'scale/target_divisor'] as const;

const targetColumns = ({ target }: LatencyScale): (readonly [string, Float64Array])[] =>
  target === undefined
    ? []
    : [
        [TARGET[0], target.offsetUs],
        [TARGET[1], target.mean],
        [TARGET[2], target.divisor],
      ];

const limitColumns = (limits: StdLimits): (readonly [string, Float64Array])[] => [
  ['std_limits', Float64Array.of(limits.global, ...limits.byOperation)],
  ...(limits.wide === undefined
    ? []
    : [
        [
          'std_limits_wide',
          Float64Array.of(limits.wide.global, ...limits.wide.byOperation),
        ] as const,
      ]),
];

/** @param where the name of the file */
export function readModel(file: Uint8Array, where: string): Result<KeptModel, Failure> {
  const read = readSafetensors(file);
  if (!read.ok) return refused(`the model file is torn: ${read.error}`, where, COPY_AGAIN);
  const { metadata, tensors, bytes } = read.value;
  const head = headOf(metadata[KEY]);
  if (head === null) {
    return refused(
      'safetensors, but no model that was kept here',
      where,
      'keep a model in the notebook',
    );
  }
  if (head.formatVersion !== MODEL_FORMAT) {
    return refused(
      `the model has format ${String(head.formatVersion)}, this build reads ${MODEL_FORMAT}`,
      where,
      'open it with the build that kept it, or a newer one',
    );
  }
  if (head.crc32 !== crc32(bytes)) {
    return refused(
      'the model file is torn: its numbers are not those that were written',
      where,
      COPY_AGAIN,
    );
  }
  const model = modelOf(head, new Map(tensors.map((tensor) => [tensor.name, tensor])));
  return typeof model === 'string'
    ? refused(`no whole model: ${model}`, where, 'keep it again')
    : ok(model);
}

const COPY_AGAIN = 'copy it again from where it was kept';

const refused = (what: string, where: string, advice: string): Result<never, Failure> =>
  err({ what, where, advice });

function headOf(text: string | undefined): Head | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Head) : null;
  } catch {
    return null;
  }
}

type Tensors = ReadonlyMap<string, NamedTensor>;

/** @returns the model, or in words what it lacks */
function modelOf(head: Head, tensors: Tensors): KeptModel | string {
  const fault = headFault(head);
  if (fault !== null) return fault;
  const count = head.operations.length + 1;
  const missing = [
    ...Object.keys(VALIDATION).map((name) => `validation/${name}`),
    ...Object.keys(USUAL).map((name) => `usual/${name}`),
    'scale/mean_us',
    'scale/divisor_us',
    ...(head.latencyScale.target === undefined ? [] : TARGET),
  ].find((name) => !tensors.has(name));
  if (missing !== undefined) return `it lacks ${missing}`;

  const { target: kind, ...ofScale } = head.latencyScale;
  const ofTarget =
    kind === undefined
      ? null
      : {
          kind,
          offsetUs: doubles(tensors, TARGET[0]),
          mean: doubles(tensors, TARGET[1]),
          divisor: doubles(tensors, TARGET[2]),
        };
  const scale: LatencyScale = {
    ...ofScale,
    meanUs: doubles(tensors, 'scale/mean_us'),
    divisorUs: doubles(tensors, 'scale/divisor_us'),
    ...(ofTarget === null ? {} : { target: ofTarget }),
  };
  const perOperation = [
    scale.meanUs,
    scale.divisorUs,
    ...(ofTarget === null ? [] : [ofTarget.offsetUs, ofTarget.mean, ofTarget.divisor]),
  ];
  if (perOperation.some(({ length }) => length !== count)) {
    return 'its latency scale is not of its operations';
  }
  const validation = validateTraceSet(validationOf(head, tensors));
  if (!validation.ok) return validation.error;
  const usual = usualOf(head, tensors);
  const { length: paths } = usual.paths.caller;
  const { length: structures } = usual.known.size;
  const uneven = Object.entries(USUAL).find(([name, of]) => {
    const { length } = of(usual);
    if (name.startsWith('paths/')) return length !== paths;
    return !name.endsWith('parent') && !name.endsWith('operation') && length !== structures;
  });
  if (uneven !== undefined) return `usual/${uneven[0]} has another length than its columns`;

  const detectors: KeptDetector[] = [];
  for (const { detector, threshold } of head.detectors) {
    const kept = detectorOf(detector, threshold, tensors, {
      operations: count,
      validation: validation.value.structureOf.length,
    });
    if (typeof kept === 'string') return kept;
    detectors.push(kept);
  }
  return {
    origin: head.origin,
    settings: readSettings(head.settings),
    scale,
    detectors,
    validation: validation.value,
    usual,
  };
}

/** Weights may be large, but nothing of a model has a size beyond this. */
const MOST_SIZE = 1_000_000;

function headFault({ operations, settings, detectors, origin, latencyScale }: Head): string | null {
  const texts = (value: unknown): boolean => typeof value === 'string';
  if (!texts(origin?.name) || !Array.isArray(origin.files))
    return 'it does not say where it is from';
  if (
    !Array.isArray(operations) ||
    !operations.every((pair) => Array.isArray(pair) && pair.every(texts))
  ) {
    return 'it has no operations';
  }
  if (!Array.isArray(latencyScale?.floored)) return 'it has no latency scale';
  for (const part of ['model', 'schedule', 'scoring'] as const) {
    const own: Readonly<Record<string, unknown>> = { ...settings?.[part] };
    for (const [key, like] of Object.entries(TRACEVAE_PRESETS.tiny[part])) {
      const value = own[key];
      // of a build that did not have the setting yet: its reader knows what it was then
      if (value === undefined) continue;
      if (typeof value !== typeof like || !isSmall(value)) return `its setting ${key} is not one`;
    }
  }
  if (!Array.isArray(detectors) || detectors.length === 0) return 'it has no detector';
  const strange = detectors.find(({ detector }) => !DETECTOR_IDS.includes(detector));
  return strange === undefined ? null : `its detector ${String(strange.detector)} is unknown here`;
}

const isSmall = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value) && Math.abs(value) <= MOST_SIZE
    : !Array.isArray(value) || value.every(isSmall);

function detectorOf(
  detector: DetectorId,
  threshold: string,
  tensors: Tensors,
  lengths: { readonly operations: number; readonly validation: number },
): KeptDetector | string {
  const prefix = prefixOf(detector);
  const weights = [...tensors.values()].filter(({ name }) =>
    prefix === '' ? !name.includes('/') : name.startsWith(prefix),
  );
  const val: Partial<Record<Variant, Float64Array>> = {};
  for (const variant of VARIANTS) {
    const scores = tensors.get(`calibration/${detector}/${variant}`)?.data;
    if (scores instanceof Float64Array) val[variant] = scores;
  }
  if (weights.length === 0) return `it lacks the weights of ${detector}`;
  if (val.full === undefined) return `it lacks the validation scores of ${detector}`;
  if (Object.values(val).some(({ length }) => length !== lengths.validation)) {
    return `the validation scores of ${detector} are not of its validation traces`;
  }
  if (!parseThreshold(threshold).ok) return `the threshold of ${detector} is none`;
  const limitsOf = (name: string) => {
    const data = tensors.get(`calibration/${detector}/${name}`)?.data;
    if (!(data instanceof Float64Array) || data.length !== lengths.operations + 1) return null;
    return { global: data[0]!, byOperation: data.slice(1) };
  };
  const [limits, wide] = [limitsOf('std_limits'), limitsOf('std_limits_wide')];
  if ('nll' in val && limits === null) return `it lacks the std limits of ${detector}`;
  return {
    detector,
    weights: {
      formatVersion: 1,
      tensors: weights.map(({ name, shape, data }) => ({
        name: name.slice(prefix.length),
        shape,
        data: data instanceof Float32Array ? data : Float32Array.from(data),
      })),
    },
    threshold,
    val,
    stdLimits: limits === null ? null : { ...limits, ...(wide && { wide }) },
  };
}

const dataOf = (tensors: Tensors, name: string): TensorData => tensors.get(name)!.data;
const doubles = (tensors: Tensors, name: string) => Float64Array.from(dataOf(tensors, name));
const floats = (tensors: Tensors, name: string) => Float32Array.from(dataOf(tensors, name));
const counts = (tensors: Tensors, name: string) => Uint32Array.from(dataOf(tensors, name));
const signed = (tensors: Tensors, name: string) => Int32Array.from(dataOf(tensors, name));

function validationOf({ operations }: Head, tensors: Tensors): TraceSet {
  const at = (name: keyof typeof VALIDATION): string => `validation/${name}`;
  const structureOf = counts(tensors, at('structure_of'));
  const errors = tensors.get('validation/error_count')?.data;
  return {
    ...buildVocabulary([
      { service: '', name: '' },
      ...operations.map(([service, name]) => ({ service, name })),
    ]),
    structures: {
      nodeOffset: counts(tensors, at('structures/node_offset')),
      parent: signed(tensors, at('structures/parent')),
      operation: counts(tensors, at('structures/operation')),
    },
    structureOf,
    nodeOffset: counts(tensors, at('node_offset')),
    latencyUs: floats(tensors, at('latency_us')),
    spanCount: counts(tensors, at('span_count')),
    ...(errors && { errorCount: Uint16Array.from(errors) }),
    startUs: doubles(tensors, at('start_us')),
    label: Uint8Array.from(dataOf(tensors, at('label'))),
    file: new Uint16Array(structureOf.length),
    traceIds: {
      bytes: Uint8Array.from(dataOf(tensors, at('trace_ids/bytes'))),
      offset: counts(tensors, at('trace_ids/offset')),
    },
  };
}

function usualOf(head: Head, tensors: Tensors): KeptUsual {
  const at = (name: keyof typeof USUAL): string => `usual/${name}`;
  return {
    size: head.usual,
    paths: {
      caller: signed(tensors, at('paths/caller')),
      operation: signed(tensors, at('paths/operation')),
    },
    count: counts(tensors, at('paths/count')),
    errors: counts(tensors, at('paths/errors')),
    lowUs: floats(tensors, at('paths/low_us')),
    highUs: floats(tensors, at('paths/high_us')),
    spread: floats(tensors, at('paths/spread')),
    selfLowUs: floats(tensors, at('paths/self_low_us')),
    selfHighUs: floats(tensors, at('paths/self_high_us')),
    known: {
      size: floats(tensors, at('structures/size')),
      parent: floats(tensors, at('structures/parent')),
      operation: floats(tensors, at('structures/operation')),
      count: floats(tensors, at('structures/count')),
    },
    wholeLowUs: floats(tensors, at('structures/low_us')),
    wholeHighUs: floats(tensors, at('structures/high_us')),
    wholeSpread: floats(tensors, at('structures/spread')),
  };
}
