/** One trace: its tree beside the reconstruction, its latencies, and what adds up to its score. */
import { useMemo, useState } from 'react';
import { scoreUnit } from '../../../detectors/catalog.ts';
import type { TraceExplanation } from '../../../detectors/explanation.ts';
import { placeInList, rowOfTrace, traceRow } from '../../../stores/scores/trace-list-view.ts';
import { traceTree } from '../../../stores/shared/tree-view.ts';
import {
  CEILING,
  ceilingWords,
  comparisonRows,
  explainedParts,
  missingCalls,
  nodeTotals,
  slowestNode,
} from '../../../stores/trace/explanation-view.ts';
import { useInspect } from '../../app/notebook-context.ts';
import { LatencyBands } from '../../charts/LatencyBands.tsx';
import { TreeComparison } from '../../charts/TreeComparison.tsx';
import { Waterfall } from '../../charts/Waterfall.tsx';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { IconButton } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import {
  ellipsisMiddle,
  formatCount,
  formatMs,
  formatNumber,
  formatWithUnit,
  formatZ,
} from '../../widgets/format.ts';
import { Inspector } from '../../widgets/Inspector.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { LabelMark } from '../scores/labels.tsx';
import { correctionsWords, type Scored, useListed, useScored } from '../scores/scored.tsx';
import { CriticalPathView } from './CriticalPathView.tsx';
import { NearestNormal } from './NearestNormal.tsx';
import { OverEpochs } from './OverEpochs.tsx';
import { RecordedSpans } from './RecordedSpans.tsx';
import { ScoreExplanationView } from './ScoreExplanationView.tsx';
import { WhatIf } from './WhatIf.tsx';

export function TraceInspector({ trace }: { readonly trace: number }) {
  const scored = useScored();
  const { explanation, close, moveTrace } = useInspect((i) => i);
  const list = useListed(scored);
  const [wide, setWide] = useState(false);
  const row = useMemo(() => {
    if (scored === null || list === null) return null;
    const at = rowOfTrace(list, trace);
    return at === null ? null : traceRow(scored.dataset.imported.traces, list, at);
  }, [scored, list, trace]);
  const [of, order] = [list?.of, list?.order];
  const at = useMemo(
    () => (of === undefined || order === undefined ? -1 : placeInList(of, order, trace)),
    [of, order, trace],
  );
  if (scored === null || list === null) return null;
  return (
    <Inspector
      title={`Trace ${row === null ? trace : ellipsisMiddle(row.traceId, 12)}`}
      aside={row !== null && scoreWords(row.score, scored)}
      subject={trace}
      onClose={close}
      wide={wide}
      onWide={setWide}
      actions={
        <>
          <IconButton
            icon="previous"
            label="Previous trace"
            aria-disabled={at <= 0}
            onClick={() => void moveTrace(-1)}
          />
          <IconButton
            icon="next"
            label="Next trace"
            aria-disabled={list.order.length === 0 || at === list.order.length - 1}
            onClick={() => void moveTrace(1)}
          />
        </>
      }
    >
      {row !== null && (
        <p className="inspector-facts">
          <LabelMark label={row.label} />
          {row.rank !== null && <> · rank {formatCount(row.rank)}</>} ·{' '}
          {row.flagged ? '⚑ flagged' : 'not flagged'} · {formatCount(row.nodes, 'node')} ·{' '}
          {formatMs(row.durationMs)}
          {row.rootCause !== '' && (
            <>
              {' '}
              · labelled root cause: <BreakingName name={row.rootCause} />
            </>
          )}
        </p>
      )}
      {explanation.phase === 'running' && (
        <ProgressBar label="Explaining" share={null} text="Reconstructing" />
      )}
      {explanation.phase === 'failed' && (
        <FailureNotice kind="error" failure={explanation.failure} />
      )}
      {explanation.phase === 'done' &&
        explanation.explanation.trace === trace &&
        (explanation.explanation.kind === 'terms' ? (
          <Explanation scored={scored} explanation={explanation.explanation} />
        ) : (
          <ScoreExplanationView
            scored={scored}
            explanation={explanation.explanation}
            reason={row?.says ?? null}
          />
        ))}
      <div className="inspector-views">
        <div>
          <CriticalPathView trace={trace} />
          <WhatIf scored={scored} trace={trace} />
          <NearestNormal scored={scored} trace={trace} />
          <OverEpochs scored={scored} trace={trace} />
        </div>
        <RecordedSpans trace={trace} />
      </div>
    </Inspector>
  );
}

const scoreWords = (score: number, { trained, scores }: Scored): string =>
  `${formatWithUnit(score, scoreUnit(trained.detector))}${ceilingWords(score, scores.kind)}`;

interface ExplanationProps {
  readonly scored: Scored;
  readonly explanation: TraceExplanation;
}

function Explanation({ scored, explanation }: ExplanationProps) {
  const { traces } = scored.dataset.imported;
  const hovered = useInspect((i) => i.node);
  const setHovered = useInspect((i) => i.setNode);
  const moveNode = useInspect((i) => i.moveNode);
  const [split, setSplit] = useState<'corrected' | 'nll'>('corrected');
  const rows = useMemo(() => comparisonRows(traces, explanation), [traces, explanation]);
  // Nodes as the comparison lists them, each below its parent.
  const listed = useMemo(
    () =>
      rows.flatMap(({ observedIndex, depth }) =>
        observedIndex === null ? [] : [{ node: observedIndex, depth }],
      ),
    [rows],
  );
  const tree = useMemo(() => traceTree(traces, explanation.trace), [traces, explanation]);
  const { nodes } = explanation;
  const contribution = explanation.contributions[split];
  const parts = useMemo(
    () => explainedParts(traces, explanation, contribution),
    [traces, explanation, contribution],
  );
  return (
    <>
      <Finding
        explanation={explanation}
        rows={rows}
        names={tree}
        missing={missingCalls(traces, explanation)}
      />
      <div className="inspector-views">
        <section className="inspector-section">
          <h3>Tree and reconstruction</h3>
          <p className="quiet">{nodeCountWords(explanation)}</p>
          <TreeComparison rows={rows} hovered={hovered} onHover={setHovered} onMove={moveNode} />
        </section>
        <section className="inspector-section">
          <h3>
            Latency, expected and observed (<G id="std">± std</G>)
          </h3>
          <LatencyBands
            rows={listed.map(({ node, depth }) => ({
              service: tree[node]!.service,
              operation: tree[node]!.operation,
              depth,
              observedMs: nodes.observedMs[node]!,
              expectedMs: nodes.expectedMs[node]!,
              stdMs: nodes.stdMs[node]!,
              zScore: nodes.zScore[node]!,
            }))}
            hovered={hovered === null ? null : listed.findIndex(({ node }) => node === hovered)}
            onHover={(row) => setHovered(row === null ? null : listed[row]!.node)}
          />
          <LatencyTable
            explanation={explanation}
            names={tree}
            hovered={hovered}
            onHover={setHovered}
          />
        </section>
        <section className="inspector-section">
          <h3>What adds up to the score</h3>
          <SegmentedControl
            label="Score"
            hideLabel
            value={split}
            options={[
              { value: 'corrected', label: 'chosen corrections' },
              { value: 'nll', label: 'plain NLL' },
            ]}
            onChange={setSplit}
          />
          <Waterfall
            parts={parts}
            total={contribution.score}
            ceiling={CEILING}
            top={10}
            hoveredNode={hovered}
            onHoverNode={setHovered}
          />
          <p className="quiet">
            Chosen are: {correctionsWords(scored)}. Parts are weighted by each sample’s share of the
            mean over L samples;{' '}
            {contribution.score >= CEILING.at
              ? `${CEILING.words}, the ceiling.`
              : 'the remainder is what the logarithm of that mean adds.'}
          </p>
        </section>
      </div>
    </>
  );
}

/** Nodes as observed and as expected; with their probabilities where the decoder counts nodes. */
function nodeCountWords({ nodeCount, reconstruction }: TraceExplanation): string {
  const expected = formatCount(reconstruction.parent.length, 'node');
  if (reconstruction.nodeCount === null) {
    return `${formatCount(nodeCount, 'node')}; the model expects ${expected}, each with a call that is made in at least half of such traces`;
  }
  const { observed, probability } = reconstruction.nodeCount;
  return `${formatCount(nodeCount, 'node')}, p(N|z) = ${formatNumber(observed)}; the model expects ${expected}, p = ${formatNumber(probability)}`;
}

interface FindingProps {
  readonly explanation: TraceExplanation;
  readonly rows: ReturnType<typeof comparisonRows>;
  readonly names: readonly { readonly service: string; readonly operation: string }[];
  /** Calls that the trace lacks, in words, the likeliest first. */
  readonly missing: readonly string[];
}

/** Further ones are among the parts of the score. */
const MOST_MISSING = 3;

/** The main oddity in words. */
function Finding({ explanation, rows, names, missing }: FindingProps) {
  const { nodes } = explanation;
  const slow = slowestNode(explanation);
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  const differences = (['missing', 'unexpected', 'relabelled'] as const)
    .map((status) => ({ status, nodes: count(status) }))
    .filter((difference) => difference.nodes > 0);
  return (
    <p className="inspector-finding">
      {missing.length > 0 && `Missing: ${missing.slice(0, MOST_MISSING).join('; ')}. `}
      {differences.length === 0
        ? 'The model reconstructs this structure as it is.'
        : `The reconstruction differs: ${differences
            .map(({ status, nodes: n }) => `${formatCount(n, 'node')} ${status}`)
            .join(', ')}.`}{' '}
      {slow === null
        ? 'Every latency is within 3 stds of what was expected.'
        : `${names[slow]!.service}/${names[slow]!.operation} took ${formatMs(nodes.observedMs[slow]!)}; ${formatMs(
            nodes.expectedMs[slow]!,
          )} ± ${formatMs(nodes.stdMs[slow]!)} was expected from its neighbours.`}
    </p>
  );
}

interface LatencyTableProps extends Pick<FindingProps, 'explanation' | 'names'> {
  readonly hovered: number | null;
  readonly onHover: (node: number | null) => void;
}

/** The same numbers to read and to copy. */
function LatencyTable({ explanation, names, hovered, onHover }: LatencyTableProps) {
  const { nodes } = explanation;
  const adds = nodeTotals(explanation.contributions.corrected);
  const [open, setOpen] = useState(false);
  return (
    <Disclosure open={open} onToggle={setOpen} summary="All nodes in numbers">
      <div className="scroll-x">
        <table className="plain-table score-nodes" aria-label="Latency by node">
          <thead>
            <tr>
              <th scope="col">node</th>
              <th scope="col" className="plain-table__number">
                observed
              </th>
              <th scope="col" className="plain-table__number">
                expected
              </th>
              <th scope="col" className="plain-table__number">
                z
              </th>
              <th scope="col" className="plain-table__number">
                log p, nats
              </th>
              <th scope="col" className="plain-table__number">
                adds, nats
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map(({ service, operation }, i) => (
              <tr
                // biome-ignore lint/suspicious/noArrayIndexKey: nodes of a tree are known by their index
                key={i}
                className={i === hovered ? 'node-lit' : undefined}
                onPointerEnter={() => onHover(i)}
                onPointerLeave={() => onHover(null)}
              >
                <th scope="row">
                  <BreakingName name={`${service}/${operation}`} />
                </th>
                <td className="plain-table__number">{formatMs(nodes.observedMs[i]!)}</td>
                <td className="plain-table__number">
                  {formatMs(nodes.expectedMs[i]!)} ± {formatMs(nodes.stdMs[i]!)}
                </td>
                <td className="plain-table__number">{formatZ(nodes.zScore[i]!)}</td>
                <td className="plain-table__number">{formatNumber(nodes.logLikelihood[i]!)}</td>
                <td className="plain-table__number">{formatNumber(adds[i]!)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Disclosure>
  );
}
