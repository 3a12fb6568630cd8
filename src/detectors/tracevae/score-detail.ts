/**
 * Keeps what a score's terms leave out, pass by pass: edges by their probability, the stds of
 * nodes, and the means of the posteriors. Passes come in any order; the detail is in that of the
 * traces.
 */
import { logStdLimit } from '../../scoring/corrections/limited-latency.ts';
import { EDGE_BOUNDARIES, type ScoreDetail, type StdLimits } from '../../scoring/score-terms.ts';
import { type LatencySamples, unlimited } from './latency-scores.ts';
import type { StructureSamples } from './structure-scores.ts';

export interface DetailWriter {
  /**
   * @param scores the next structures, in order, L samples each
   */
  addStructures(scores: StructureSamples): void;
  /**
   * @param scores samples of some traces, L each
   * @param places [chunk] row of each of them among the T traces
   */
  addLatencies(scores: LatencySamples, places: ArrayLike<number>): void;
  finish(): ScoreDetail;
}

interface DetailSizes {
  readonly samples: number;
  readonly stdLimits: StdLimits;
  /** [T] nodes that log p(X | .) sums over */
  readonly latencyNodes: Uint16Array;
}

const LOG_BOUNDARIES = EDGE_BOUNDARIES.map(Math.log);

/** @param sizes of the T traces that are scored */
export function createDetailWriter(sizes: DetailSizes): DetailWriter {
  const edges = createEdgeWriter();
  const nodes = createNodeWriter(sizes);
  const meanZ: number[] = [];
  let z2 = new Float32Array(0);
  return {
    addStructures(scores) {
      for (let row = 0; row < scores.structures.size * scores.samples; row++) {
        edges.add(scores, row);
      }
      for (const value of scores.meanZ) meanZ.push(value);
    },
    addLatencies(scores, places) {
      const size = scores.meanZ2.length / places.length;
      if (z2.length === 0) z2 = new Float32Array(size * sizes.latencyNodes.length);
      for (let t = 0; t < places.length; t++) {
        z2.set(scores.meanZ2.subarray(t * size, (t + 1) * size), places[t]! * size);
      }
      nodes.add(scores, places);
    },
    finish: () => ({
      edges: edges.finish(),
      nodes: nodes.finish(),
      latents: { z: Float32Array.from(meanZ), z2 },
    }),
  };
}

function createEdgeWriter() {
  const filled: number[] = [];
  const bin: number[] = [];
  const count: number[] = [];
  const sum: number[] = [];
  const counts = new Uint32Array(LOG_BOUNDARIES.length);
  const sums = new Float64Array(LOG_BOUNDARIES.length);
  const entries: number[] = [];
  return {
    add({ decoded, samples }: StructureSamples, row: number): void {
      let visited = 0;
      counts.fill(0);
      sums.fill(0);
      decoded.forEachEdge(row, (_i, _j, logProb) => {
        visited++;
        const at = binOf(logProb);
        if (at === LOG_BOUNDARIES.length) return;
        counts[at]!++;
        sums[at]! += logProb;
      });
      const before = bin.length;
      counts.forEach((entries, at) => {
        if (entries === 0) return;
        bin.push(at);
        count.push(entries);
        sum.push(sums[at]!);
      });
      filled.push(bin.length - before);
      if (decoded.by === 'call-paths' && row % samples === 0) entries.push(visited);
    },
    finish: (): ScoreDetail['edges'] => ({
      filled: Uint8Array.from(filled),
      bin: Uint8Array.from(bin),
      count: Uint16Array.from(count),
      sum: Float32Array.from(sum),
      ...(entries.length > 0 && { entries: Uint32Array.from(entries) }),
    }),
  };
}

/** Bins hold what is below their boundary; most entries are above the last one. */
function binOf(logProb: number): number {
  if (logProb >= LOG_BOUNDARIES.at(-1)!) return LOG_BOUNDARIES.length;
  return LOG_BOUNDARIES.findIndex((boundary) => logProb < boundary);
}

function createNodeWriter({ samples, stdLimits, latencyNodes }: DetailSizes) {
  const firstNode = new Uint32Array(latencyNodes.length + 1);
  latencyNodes.forEach((count, t) => {
    firstNode[t + 1] = firstNode[t]! + count;
  });
  const operation = new Uint32Array(firstNode.at(-1)!);
  const logStd = new Float32Array(operation.length);
  const wide = new Uint16Array(latencyNodes.length * samples);
  /** [T] first of the trace's wide nodes in the columns below */
  const firstWide = new Uint32Array(latencyNodes.length);
  const node: number[] = [];
  const wideLogStd: number[] = [];
  const deviation: number[] = [];
  const lowest = widest(stdLimits);
  return {
    add(scores: LatencySamples, places: ArrayLike<number>): void {
      const { traces, firstRow, mean } = scores;
      for (let t = 0; t < places.length; t++) {
        const place = places[t]!;
        const start = t * traces.maxNodes;
        firstWide[place] = node.length;
        for (let i = 0; i < latencyNodes[place]!; i++) {
          operation[firstNode[place]! + i] = traces.operation[start + i]!;
          logStd[firstNode[place]! + i] = scores.logStd[firstRow[t * samples]! + i]!;
        }
        for (let l = 0; l < samples; l++) {
          const first = firstRow[t * samples + l]!;
          for (let i = 0; i < latencyNodes[place]!; i++) {
            const own = scores.logStd[first + i]!;
            if (own <= lowest(traces.operation[start + i]!)) continue;
            node.push(i);
            wideLogStd.push(own);
            deviation.push(traces.latency[start + i]! - mean[first + i]!);
            wide[place * samples + l]!++;
          }
        }
      }
    },
    finish(): ScoreDetail['nodes'] {
      const columns = {
        wideNode: new Uint16Array(node.length),
        wideLogStd: new Float32Array(node.length),
        wideDeviation: new Float32Array(node.length),
      };
      let to = 0;
      for (let t = 0; t < latencyNodes.length; t++) {
        let from = firstWide[t]!;
        for (let l = 0; l < samples; l++) {
          for (const end = from + wide[t * samples + l]!; from < end; from++) {
            columns.wideNode[to] = node[from]!;
            columns.wideLogStd[to] = wideLogStd[from]!;
            columns.wideDeviation[to++] = deviation[from]!;
          }
        }
      }
      return { operation, logStd, wide, ...columns };
    },
  };
}

/** log of the lower of an operation's two limits, the least that any percentile can ask for. */
function widest({ wide }: StdLimits): (operation: number) => number {
  if (wide === undefined) return unlimited;
  const ofAll = logStdLimit(wide, 'global');
  const ofOperation = logStdLimit(wide, 'operation');
  return (operation) => Math.min(ofAll(operation), ofOperation(operation));
}
