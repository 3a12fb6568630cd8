/** A dataset divided as a run's settings say. */
import type { DetectorData } from '../detectors/detector.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { assignSets, selectSet, tracesThatFit } from '../features/splits.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { type RunSettings, splitOptions } from './settings.ts';

/** Traces as a detector takes them, and which are the test traces. */
export function detectorSets(
  traces: TraceSet,
  settings: RunSettings,
): { readonly data: DetectorData; readonly test: Uint32Array } {
  const sets = assignSets(traces, splitOptions(settings));
  const train = selectSet(sets, 'train');
  const pool = settings.scored === 'all' ? tracesThatFit(traces, settings.model.maxNodes) : null;
  const data: DetectorData = {
    traces,
    train,
    val: selectSet(sets, 'val'),
    ...(pool === null ? {} : { pool }),
    scale: fitLatencyScale(traces, train, settings.model.latencyScale),
  };
  return { data, test: pool ?? selectSet(sets, 'test') };
}
