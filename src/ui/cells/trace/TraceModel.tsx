/** What is of the model alone: reconstruction, expected latencies, and the score as a sum. */
import { useMemo, useState } from 'react';
import { scoreUnit } from '../../../detectors/catalog.ts';
import type { TraceExplanation } from '../../../detectors/explanation.ts';
import { chosenWords, formulaText, withoutFormula } from '../../../scoring/corrections/list.ts';
import { traceTree } from '../../../stores/shared/tree-view.ts';
import {
  CEILING,
  ceilingWords,
  comparisonRows,
  explainedParts,
  missingCalls,
} from '../../../stores/trace/explanation-view.ts';
import { useInspect, useTraceLook } from '../../app/notebook-context.ts';
import { LatencyBands } from '../../charts/LatencyBands.tsx';
import { TreeComparison } from '../../charts/TreeComparison.tsx';
import { Waterfall as ScoreWaterfall } from '../../charts/Waterfall.tsx';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatNumber, formatWithUnit } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { readinessOfScored, readinessWords } from '../scores/Readiness.tsx';
import { correctionsWords, type Scored } from '../scores/scored.tsx';
import { LatencyTable } from './LatencyTable.tsx';
import { OverEpochs } from './OverEpochs.tsx';
import { ScoreExplanationView } from './ScoreExplanationView.tsx';

export interface TraceModelProps {
  readonly scored: Scored;
  readonly trace: number;
  readonly reason: string | null;
  readonly score: number | undefined;
}

export function TraceModel({ scored, trace, reason, score }: TraceModelProps) {
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
  const { showsAnyway, setShowsAnyway } = useTraceLook((l) => l);
  const readiness = readinessOfScored(scored);
  const isHidden = readiness !== null && !readiness.ready && !showsAnyway;
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
        {isHidden ? (
          <>
            <p className="quiet">
              {readinessWords(readiness)} Its reconstructions would say more about it than about the
              trace.
            </p>
            <Button size="small" onClick={() => setShowsAnyway(true)}>
              Show anyway
            </Button>
          </>
        ) : (
          <>
            <p className="quiet">{nodeCountWords(explanation)}</p>
            {missing.length > 0 && (
              <p className="quiet">
                Expected and not there: {missing.slice(0, MOST_MISSING).join('; ')}.
              </p>
            )}
            <TreeComparison rows={rows} hovered={hovered} onHover={setHovered} onMove={moveNode} />
          </>
        )}
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
          {partsWords(scored)} Parts are weighted by each sample’s share of the mean over L samples;{' '}
          {contribution.score >= CEILING.at
            ? `${CEILING.words}, the ceiling.`
            : 'the remainder is what the logarithm of that mean adds.'}
        </p>
      </section>
    </div>
  );
}

/** A formula may be anything over the terms, so it has no split; the corrections next to it have. */
function partsWords(scored: Scored): string {
  const { corrections } = scored.chosen;
  const formula = formulaText(corrections);
  return formula === null
    ? `Chosen are: ${correctionsWords(scored)}.`
    : `The score on show is the formula ${formula}, which has no parts: these are of ${chosenWords(withoutFormula(corrections))}.`;
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
