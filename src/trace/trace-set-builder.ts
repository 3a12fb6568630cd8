/**
 * Growing a {@link TraceSet} trace by trace.
 */
import { grown } from '../base/bytes.ts';
import type { MergedTree } from './merge-spans.ts';
import type { SpanColumns } from './span-columns.ts';
import { statusCode, statusOfMark } from './span-facts.ts';
import { createStringColumnBuilder } from './string-column.ts';
import { createStructureInterner } from './structure-interner.ts';
import type { TraceSet } from './trace-set.ts';
import { buildVocabulary, type RankedOperations } from './vocabulary.ts';

export interface TraceSetBuilder {
  /** Appends the tree as a trace that takes start, label, file and trace id from its root span. */
  add(tree: MergedTree): void;
  /**
   * @param kept so many of the first operations stay though no trace uses them: those of a vocabulary
   *             that was fixed beforehand
   */
  finish(ranked: RankedOperations, kept: number): TraceSet;
}

const ERROR = statusCode('error');
const MOST_ERRORS = 0xffff;

export function createTraceSetBuilder(spans: SpanColumns): TraceSetBuilder {
  const interner = createStructureInterner();
  const traceIds = createStringColumnBuilder();
  let traceCount = 0;
  let structureOf = new Uint32Array(64);
  let nodeOffset = new Uint32Array(64);
  let startUs = new Float64Array(64);
  let label = new Uint8Array(64);
  let file = new Uint16Array(64);
  let latencyUs = new Float32Array(256);
  let spanCount = new Uint32Array(256);
  const mark = spans.facts?.mark;
  let errorCount = new Uint16Array(0);

  const countErrors = (
    mark: Uint8Array,
    first: number,
    { nodeCount, firstMember, members }: MergedTree,
  ): void => {
    errorCount = grown(errorCount, first + nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      let errors = 0;
      for (let m = firstMember[node]!; m < firstMember[node + 1]!; m++) {
        if (statusOfMark(mark[members[m]!]!) === ERROR) errors += 1;
      }
      errorCount[first + node] = Math.min(MOST_ERRORS, errors);
    }
  };

  const add = (tree: MergedTree): void => {
    const { nodeCount, parent, operation, firstMember, members } = tree;
    const trace = traceCount;
    structureOf = grown(structureOf, trace + 1);
    nodeOffset = grown(nodeOffset, trace + 2);
    startUs = grown(startUs, trace + 1);
    label = grown(label, trace + 1);
    file = grown(file, trace + 1);

    const root = members[0]!;
    structureOf[trace] = interner.intern(parent, operation, nodeCount);
    startUs[trace] = spans.startUs[root]!;
    label[trace] = spans.label[root]!;
    file[trace] = spans.file[root]!;
    const id = spans.trace[root]!;
    const { bytes, offset } = spans.traceIds;
    traceIds.appendBytes(bytes, offset[id]!, offset[id + 1]!);

    const first = nodeOffset[trace]!;
    latencyUs = grown(latencyUs, first + nodeCount);
    spanCount = grown(spanCount, first + nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      const count = firstMember[node + 1]! - firstMember[node]!;
      let sumUs = 0;
      for (let m = firstMember[node]!; m < firstMember[node + 1]!; m++) {
        sumUs += spans.durationUs[members[m]!]!;
      }
      latencyUs[first + node] = sumUs / count;
      spanCount[first + node] = count;
    }
    if (mark !== undefined) countErrors(mark, first, tree);
    traceCount += 1;
    nodeOffset[traceCount] = first + nodeCount;
  };

  const finish = (ranked: RankedOperations, kept: number): TraceSet => {
    const table = interner.finish();
    // rank 0 is padding
    const used = new Uint8Array(ranked.names.length).fill(1, 0, kept + 1);
    for (const id of table.operation) used[id] = 1;
    // Closing the gaps keeps the order, so children stay sorted and equal structures stay equal.
    const idOfRank = new Uint32Array(used.length);
    for (let rank = 1; rank < used.length; rank++)
      idOfRank[rank] = idOfRank[rank - 1]! + used[rank]!;

    const nodes = nodeOffset[traceCount]!;
    return {
      ...buildVocabulary(ranked.names.filter((_, rank) => used[rank] === 1)),
      structures: { ...table, operation: table.operation.map((rank) => idOfRank[rank]!) },
      structureOf: structureOf.slice(0, traceCount),
      nodeOffset: nodeOffset.slice(0, traceCount + 1),
      latencyUs: latencyUs.slice(0, nodes),
      spanCount: spanCount.slice(0, nodes),
      ...(saysStatus(mark) && { errorCount: errorCount.slice(0, nodes) }),
      startUs: startUs.slice(0, traceCount),
      label: label.slice(0, traceCount),
      file: file.slice(0, traceCount),
      traceIds: traceIds.finish(),
    };
  };

  return { add, finish };
}

const saysStatus = (mark: Uint8Array | undefined): boolean =>
  mark?.some((each) => statusOfMark(each) > 0) === true;
