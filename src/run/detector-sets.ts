/** A dataset divided as a run's settings say. */
import { everyRow } from '../base/order.ts';
import type { DetectorData } from '../detectors/detector.ts';
import { fitLatencyScale, type LatencyScale } from '../features/latency-scale.ts';
import { fitTargetScale } from '../features/latency-target.ts';
import { assignSets, selectSet, tracesThatFit } from '../features/splits.ts';
import { setCode, type TraceSet } from '../trace/trace-set.ts';
import { type RunSettings, splitOptions } from './settings.ts';

const TEST = setCode('test');

export interface DividedTraces {
  readonly data: DetectorData;
  /** Traces that are scored besides those of validation. */
  readonly test: Uint32Array;
  /** Rows of `test` that metrics are of, where that is not all of them. */
  readonly measured: Uint32Array | null;
  /** Operations that the detectors know, padding included: of a kept model its own. */
  readonly operationCount: number;
}

/** Traces as a detector takes them, and which are scored. */
export function detectorSets(traces: TraceSet, settings: RunSettings): DividedTraces {
  const sets = assignSets(traces, splitOptions(settings));
  const train = selectSet(sets, 'train');
  const pool = settings.scored === 'all' ? tracesThatFit(traces, settings.model.maxNodes) : null;
  const data: DetectorData = {
    traces,
    train,
    val: selectSet(sets, 'val'),
    ...(pool === null ? {} : { pool }),
    scale: settings.kept?.scale ?? fitScale(traces, train, settings.model),
  };
  const operationCount = data.scale.meanUs.length;
  if (settings.scored !== 'marked') {
    return { data, test: pool ?? selectSet(sets, 'test'), measured: null, operationCount };
  }
  const every = tracesThatFit(traces, settings.model.maxNodes);
  const isTest = (row: number): boolean => sets[every[row]!] === TEST;
  const measured = everyRow(every.length).filter(isTest);
  return { data, test: every, measured, operationCount };
}

function fitScale(
  traces: TraceSet,
  train: Uint32Array,
  { latencyScale, latencyTarget = 'linear' }: RunSettings['model'],
): LatencyScale {
  const scale = fitLatencyScale(traces, train, latencyScale);
  if (latencyTarget === 'linear') return scale;
  return { ...scale, target: fitTargetScale(traces, train, latencyTarget) };
}
