/** A dataset divided as a run's settings say. */
import type { DetectorData } from '../detectors/detector.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { assignSets, selectSet } from '../features/splits.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { type RunSettings, splitOptions } from './settings.ts';

/** Traces as a detector takes them, and which are the test traces. */
export function detectorSets(
  traces: TraceSet,
  settings: RunSettings,
): { readonly data: DetectorData; readonly test: Uint32Array } {
  const sets = assignSets(traces, splitOptions(settings));
  const train = selectSet(sets, 'train');
  const data: DetectorData = {
    traces,
    train,
    val: selectSet(sets, 'val'),
    scale: fitLatencyScale(traces, train, settings.model.latencyScale),
  };
  return { data, test: selectSet(sets, 'test') };
}
