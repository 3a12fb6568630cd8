/** The merged trees that a benchmark measures, as JSON for the same model elsewhere. */
import { TRACEVAE_PRESETS } from '../src/detectors/tracevae/meta.ts';
import { fitLatencyScale } from '../src/features/latency-scale.ts';
import { readTree, structureSize, type TraceSet } from '../src/trace/trace-set.ts';

/** The traces of `data`, up to a number, their latencies standardised (unitless). */
export function graphsJson(traces: TraceSet, most: number): string {
  const { maxNodes, latencyScale } = TRACEVAE_PRESETS.small.model;
  const selected = trainableTraces(traces, maxNodes);
  const { meanUs, divisorUs } = fitLatencyScale(traces, selected, latencyScale);
  return JSON.stringify({
    maxNodes,
    operations: traces.operations.length,
    traces: Array.from(selected.subarray(0, most), (trace) => {
      const nodes = readTree(traces, trace);
      return {
        parent: nodes.map(({ parent }) => parent),
        type: nodes.map(({ operation }) => operation),
        latency: nodes.map(
          ({ operation, latencyUs }) => (latencyUs - meanUs[operation]!) / divisorUs[operation]!,
        ),
      };
    }),
  });
}

/** Traces of 2 to N_max merged nodes. */
export const trainableTraces = ({ structures, structureOf }: TraceSet, maxNodes: number) =>
  Uint32Array.from(structureOf.keys()).filter((trace) => {
    const nodes = structureSize(structures, structureOf[trace]!);
    return nodes >= 2 && nodes <= maxNodes;
  });
