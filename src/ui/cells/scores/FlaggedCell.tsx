/**
 * The traces by score, sorted, narrowed and searched; one of them opens the inspector. Before there is a
 * run they are those of the first look.
 */
import { decidesByItself } from '../../../run/chosen-scores.ts';
import { flaggedCount } from '../../../stores/scores/inspect-store.ts';
import { ruleWords } from '../../../stores/scores/threshold-view.ts';
import { useDataset, usePreferences, useRuns } from '../../app/notebook-context.ts';
import { formatCount } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { useCellState } from '../page/cell-state.ts';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { FlaggedApart } from './FlaggedApart.tsx';
import { KeptNote } from './KeptNote.tsx';
import { LearnActions, Learning, RankedBy } from './Learning.tsx';
import { ModelReadiness } from './Readiness.tsx';
import { NotScoredYet, type Scored, useListed, useScored } from './scored.tsx';
import { ThresholdControl } from './ThresholdControl.tsx';
import { TraceListControls } from './TraceListControls.tsx';
import { TraceListTable } from './TraceListTable.tsx';
import { ContaminationNotice } from './threshold.tsx';
import './flagged.css';

export function FlaggedCell() {
  const scored = useScored();
  const state = useCellState('flagged');
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  return (
    <NotebookCell
      id="flagged"
      state={state}
      section="§2, §A.2"
      prose={
        isEngineer ? undefined : (
          <>
            A trace is flagged when its score is above the <G id="threshold">threshold</G>
            {scored !== null &&
              !decidesByItself(scored.trained.detector) &&
              `: ${ruleWords(scored.chosen.rule)}`}
            . A structure anomaly lacks calls that should be there; a time anomaly has calls, and
            their callers, that took much longer than their neighbours suggest. Choose a trace to
            see why.
          </>
        )
      }
      action={isEngineer ? <LearnActions /> : undefined}
    >
      {isEngineer && <Learning />}
      <ScoredTraces />
    </NotebookCell>
  );
}

function ScoredTraces() {
  const scored = useScored();
  const list = useListed(scored);
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  const traces = useDataset((d) => d.dataset?.imported.traces.structureOf.length ?? 0);
  const tooFew = traces < FEWEST;
  const first = useRuns((r) => r.first);
  if (scored === null && first.phase === 'looking') return <Ranking />;
  if (scored === null && first.phase === 'failed') {
    if (tooFew) return <NothingToCompare traces={traces} />;
    return <FailureNotice kind="warn" failure={first.failure} />;
  }
  if (scored === null) return <NotScoredYet what="ranked traces" />;
  if (list === null) return <Ranking />;
  return (
    <>
      <WhatIsListed scored={scored} />
      {isEngineer && <ModelReadiness scored={scored} />}
      <KeptNote scored={scored} />
      <RankedBy scored={scored} />
      <ContaminationNotice scored={scored} />
      <ThresholdControl scored={scored} />
      <TraceListControls scored={scored} list={list} />
      <TraceListTable scored={scored} list={list} />
      <FlaggedApart scored={scored} list={list} />
    </>
  );
}

/** Fewer cannot be compared with each other. */
const FEWEST = 3;

const NothingToCompare = ({ traces }: { readonly traces: number }) => (
  <p>
    {traces === 0 ? 'No trace was read' : `Only ${formatCount(traces, 'trace')} here`}, and oddness
    is told by comparing many. Choose a file with more of them, some hundred or better some
    thousand.
  </p>
);

/** As high as the list that comes in its place, so that what stands below does not move. */
const Ranking = () => (
  <div className="flagged-ranking">
    <ProgressBar label="Ranking" share={null} text="Ranking the traces" />
  </div>
);

/** Where no set is known to be clean: what the traces are held against, and what is flagged. */
function WhatIsListed({ scored: { run, scores, chosen } }: { readonly scored: Scored }) {
  if (run.settings.scored !== 'all' || scores.kind !== 'plain') return null;
  if (chosen.rule.kind !== 'fdr') return null;
  if (flaggedCount(chosen) === 0) {
    return (
      <p>None of the {formatCount(chosen.test.length, 'trace')} stands out from the others.</p>
    );
  }
  return <p>Compared with the others, the oddest first.</p>;
}
