/**
 * One trace: what is odd about it in a sentence, its spans over time next to what is usual, and what
 * is of the model alone on demand.
 */
import { useMemo, useState } from 'react';
import { scoreUnit } from '../../../detectors/catalog.ts';
import type { TraceExplanation } from '../../../detectors/explanation.ts';
import {
  oddWords,
  placeInList,
  rowOfTrace,
  type TraceRow,
  traceRow,
} from '../../../stores/scores/trace-list-view.ts';
import { traceTree } from '../../../stores/shared/tree-view.ts';
import {
  CEILING,
  ceilingWords,
  comparisonRows,
  explainedParts,
  missingCalls,
  nodeTotals,
} from '../../../stores/trace/explanation-view.ts';
import {
  decodeTraceId,
  scoreStanding,
  type TraceLook,
} from '../../../stores/trace/trace-look-store.ts';
import type { Waterfall } from '../../../stores/trace/trace-waterfall.ts';
import type { TraceSet } from '../../../trace/trace-set.ts';
import { useDataset, useInspect, useTraceLook } from '../../app/notebook-context.ts';
import { LatencyBands } from '../../charts/LatencyBands.tsx';
import { TraceWaterfall } from '../../charts/TraceWaterfall.tsx';
import { TreeComparison } from '../../charts/TreeComparison.tsx';
import { Waterfall as ScoreWaterfall } from '../../charts/Waterfall.tsx';
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
import { NearestNormal } from './NearestNormal.tsx';
import { OverEpochs } from './OverEpochs.tsx';
import { RecordedSpans } from './RecordedSpans.tsx';
import { ScoreExplanationView } from './ScoreExplanationView.tsx';
import { TraceIdTools } from './TraceIdTools.tsx';
import { WhatIf } from './WhatIf.tsx';

export function TraceInspector({ trace }: { readonly trace: number }) {
  const scored = useScored();
  const { close, moveTrace, setNode: setHovered, node: hovered } = useInspect((i) => i);
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
  const traces = useDataset((d) => d.dataset?.imported.traces ?? null);
  const { look, failure, showsModel, setShowsModel } = useTraceLook((l) => l);
  if (traces === null) return null;
  const shown = list?.order.length ?? 0;
  return (
    <Inspector
      title={`Trace ${ellipsisMiddle(decodeTraceId(traces, trace), 12)}`}
      aside={row?.flagged === true ? '⚑ flagged' : undefined}
      subject={trace}
      onClose={close}
      wide={wide}
      onWide={setWide}
      actions={
        <>
          {row !== null && <TraceIdTools row={row} />}
          <IconButton
            icon="previous"
            label="Previous trace"
            aria-disabled={at <= 0}
            onClick={() => void moveTrace(-1)}
          />
          <IconButton
            icon="next"
            label="Next trace"
            aria-disabled={shown === 0 || at === shown - 1}
            onClick={() => void moveTrace(1)}
          />
        </>
      }
    >
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
      {look !== null && (
        <div
          className={look.trace === trace ? undefined : 'inspector-before'}
          aria-busy={look.trace !== trace}
        >
          <p className="inspector-finding">
            <strong>{row === null ? look.says : oddWords(row, look.oddities)}</strong>{' '}
            {row !== null && scored !== null && (
              <span className="quiet">{standingOf(scored, row.score)}</span>
            )}
          </p>
          <Facts traces={traces} trace={look.trace} waterfall={look.waterfall} row={row} />
          <section className="inspector-section" aria-label="Waterfall and usual ranges">
            <TraceWaterfall waterfall={look.waterfall} hovered={hovered} onHover={setHovered} />
            <p className="quiet">{referenceWords(look)}</p>
          </section>
        </div>
      )}
      {scored !== null && <NearestNormal scored={scored} trace={trace} />}
      {scored !== null && <WhatIf scored={scored} trace={trace} />}
      {scored !== null && (
        <Disclosure summary="How the model sees it" open={showsModel} onToggle={setShowsModel}>
          <ModelView scored={scored} trace={trace} reason={row?.says ?? null} score={row?.score} />
        </Disclosure>
      )}
      {look !== null && look.trace === trace && <RecordedSpans look={look} />}
    </Inspector>
  );
}

/** "Its score is higher than 349 of 350 validation traces." */
function standingOf({ chosen, run }: Scored, score: number): string {
  const words = scoreStanding(chosen, run.settings.scored === 'all', score);
  return words === '' ? '' : `Its score is ${words}.`;
}

const referenceWords = ({ reference, others }: TraceLook): string =>
  reference === 'all'
    ? `Compared with ${formatCount(others, 'other trace')}.`
    : `Compared with ${formatCount(others, 'training trace')}.`;

/** Earlier starts are no dates, as those of Alibaba's tables: a year after the epoch. */
const FIRST_DATE_US = 31_536_000e6;

interface FactsProps {
  readonly traces: TraceSet;
  readonly trace: number;
  readonly waterfall: Waterfall;
  readonly row: TraceRow | null;
}

function Facts({ traces, trace, waterfall, row }: FactsProps) {
  const startUs = traces.startUs[trace]!;
  const { spans, errors, lengthMs } = waterfall;
  const services = new Set(waterfall.rows.map(({ service }) => service)).size;
  return (
    <p className="inspector-facts">
      {startUs > FIRST_DATE_US && (
        <>
          <time dateTime={new Date(startUs / 1e3).toISOString()}>
            {new Date(startUs / 1e3).toISOString().replace('T', ' ')}
          </time>{' '}
          ·{' '}
        </>
      )}
      {formatMs(lengthMs)} · {formatCount(spans, 'span')} · {formatCount(services, 'service')}
      {errors > 0 && <> · ✕ {formatCount(errors, 'error')}</>}
      {row !== null && (
        <>
          {' '}
          · <LabelMark label={row.label} />
          {row.rank !== null && <> · rank {formatCount(row.rank)}</>}
          {!row.flagged && <> · not flagged</>}
        </>
      )}
      {row !== null && row.rootCause !== '' && (
        <>
          {' '}
          · labelled root cause: <BreakingName name={row.rootCause} />
        </>
      )}
    </p>
  );
}

interface ModelViewProps {
  readonly scored: Scored;
  readonly trace: number;
  readonly reason: string | null;
  readonly score: number | undefined;
}

/** What is of the model alone: reconstruction, expected latencies, and the score as a sum. */
function ModelView({ scored, trace, reason, score }: ModelViewProps) {
  const explanation = useInspect((i) => i.explanation);
  return (
    <>
      {score !== undefined && <p className="quiet">Score: {scoreWords(score, scored)}</p>}
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
            reason={reason}
          />
        ))}
      <OverEpochs scored={scored} trace={trace} />
    </>
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
  // from the top down, the likeliest first
  const missing = missingCalls(traces, explanation);
  return (
    <div className="inspector-views">
      <section className="inspector-section">
        <h3>Tree and reconstruction</h3>
        <p className="quiet">{nodeCountWords(explanation)}</p>
        {missing.length > 0 && (
          <p className="quiet">
            Expected and not there: {missing.slice(0, MOST_MISSING).join('; ')}.
          </p>
        )}
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
        <ScoreWaterfall
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
  );
}

/** Further ones are among the parts of the score. */
const MOST_MISSING = 3;

/** Nodes as observed and as expected; with their probabilities where the decoder counts nodes. */
function nodeCountWords({ nodeCount, reconstruction }: TraceExplanation): string {
  const expected = formatCount(reconstruction.parent.length, 'node');
  if (reconstruction.nodeCount === null) {
    return `${formatCount(nodeCount, 'node')}; the model expects ${expected}, each with a call that is made in at least half of such traces`;
  }
  const { observed, probability } = reconstruction.nodeCount;
  return `${formatCount(nodeCount, 'node')}, p(N|z) = ${formatNumber(observed)}; the model expects ${expected}, p = ${formatNumber(probability)}`;
}

interface LatencyTableProps {
  readonly explanation: TraceExplanation;
  readonly names: readonly { readonly service: string; readonly operation: string }[];
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
