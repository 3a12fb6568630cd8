/** A dataset divided as a run's settings say. */
import type { DetectorData } from '../detectors/detector.ts';
import { fitLatencyScale, type LatencyScale } from '../features/latency-scale.ts';
import { fitTargetScale } from '../features/latency-target.ts';
import { assignSets, selectSet, tracesThatFit } from '../features/splits.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { type RunSettings, splitOptions } from './settings.ts';

export interface DividedTraces {
  readonly data: DetectorData;
  readonly test: Uint32Array;
  /** Operations that the detectors know, padding included: of a kept model its own. */
  readonly operationCount: number;
}

/** Traces as a detector takes them, and which are the test traces. */
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
  const test = pool ?? selectSet(sets, 'test');
  return { data, test, operationCount: data.scale.meanUs.length };
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
