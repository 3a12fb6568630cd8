/** The term log p(E | z, A, Y) of a score on the host: which nodes failed, in eval mode. */
import { bernoulliLogMass } from '../../base/log-densities.ts';
import type { StatusTerms } from '../../scoring/score-terms.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { failedCalls, failedNodes, statusColumn } from './status-decoder.ts';
import type { StructureSamples } from './structure-scores.ts';

/** Equation (6)'s I(.): what is less probable is scaled. */
const UNLIKELY = Math.log(0.5);

type OfStructures = Pick<StructureSamples, 'structures' | 'samples' | 'statusLogits'>;

/**
 * log p(e_i | z, y_i, .) of each node of a trace.
 *
 * @param structure row among the structures of the samples; the trace has it
 * @param failed    [n] 1 where a node failed
 * @returns         of a sample of z: [n] nats
 */
export function statusReader(
  { structures, samples, statusLogits }: OfStructures,
  structure: number,
  failed: Uint8Array,
): (sample: number) => Float64Array {
  const first = structure * structures.maxNodes;
  const parent = structures.parent.subarray(first, first + failed.length);
  const calls = failedCalls(parent, failed);
  const width = statusLogits!.length / (structures.size * samples);
  const columns = Uint32Array.from(failed, (_, i) =>
    statusColumn(structures.operation[first + i]!, calls[i] === 1, width / 2),
  );
  return (sample) => {
    const row = (structure * samples + sample) * width;
    return Float64Array.from(columns, (column, i) =>
      bernoulliLogMass(statusLogits![row + column]!, failed[i] === 1),
    );
  };
}

/** @returns [n] 1 where a node of the trace failed; null where the dataset does not say */
export function failedOf({ errorCount, nodeOffset }: TraceSet, trace: number): Uint8Array | null {
  if (errorCount === undefined) return null;
  return failedNodes(errorCount.subarray(nodeOffset[trace]!, nodeOffset[trace + 1]!));
}

/**
 * Writes the terms of the traces of some structures. Most have no error, and those of a structure are
 * the same: computed once.
 *
 * @param tracesOf rows among the T traces that have each structure
 * @param traceAt  index into the set of one of the T
 */
export function writeStatusTerms(
  { logP, logPUnlikely }: StatusTerms,
  samples: OfStructures,
  traces: TraceSet,
  tracesOf: readonly (readonly number[])[],
  traceAt: Uint32Array,
): void {
  tracesOf.forEach((rows, structure) => {
    let clean: Sums | null = null;
    for (const t of rows) {
      const failed = failedOf(traces, traceAt[t]!);
      // statuses that nobody told have all the probability that there is
      if (failed === null) return;
      const sums: Sums = failed.includes(1)
        ? sumsOf(samples, structure, failed)
        : (clean ?? sumsOf(samples, structure, failed));
      if (!failed.includes(1)) clean = sums;
      logP.set(sums.all, t * samples.samples);
      logPUnlikely.set(sums.unlikely, t * samples.samples);
    }
  });
}

/** [L] nats each. */
interface Sums {
  readonly all: Float64Array;
  readonly unlikely: Float64Array;
}

function sumsOf(samples: OfStructures, structure: number, failed: Uint8Array): Sums {
  const read = statusReader(samples, structure, failed);
  const all = new Float64Array(samples.samples);
  const unlikely = new Float64Array(samples.samples);
  for (let l = 0; l < samples.samples; l++) {
    for (const logProb of read(l)) {
      all[l]! += logProb;
      if (logProb < UNLIKELY) unlikely[l]! += logProb;
    }
  }
  return { all, unlikely };
}
