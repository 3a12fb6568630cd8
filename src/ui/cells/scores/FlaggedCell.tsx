/** Cell 8: the test traces by score, sorted, narrowed and searched; one of them opens the inspector. */

import { useInspect } from '../../app/notebook-context.ts';
import { percentileWords } from '../lab/lab-words.ts';
import { useCellState } from '../page/cell-state.ts';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { FlaggedInCommon } from './FlaggedInCommon.tsx';
import { NotScoredYet, useListed, useScored } from './scored.tsx';
import { TraceListControls } from './TraceListControls.tsx';
import { TraceListTable } from './TraceListTable.tsx';
import './flagged.css';

export function FlaggedCell() {
  const percentile = useInspect((i) => i.percentile);
  const state = useCellState('flagged');
  return (
    <NotebookCell
      id="flagged"
      state={state}
      section="§2, §A.2"
      prose={
        <>
          A trace is flagged when its score is above the{' '}
          <G id="threshold">{percentileWords(percentile)} of the validation scores</G>. A structure
          anomaly lacks calls that should be there; a time anomaly has calls, and their callers,
          that took much longer than their neighbours suggest. Choose a trace to see why.
        </>
      }
    >
      <ScoredTraces />
    </NotebookCell>
  );
}

function ScoredTraces() {
  const scored = useScored();
  const list = useListed(scored);
  if (scored === null) return <NotScoredYet what="ranked traces" />;
  if (list === null) return <p className="quiet">Ranking the test traces.</p>;
  return (
    <>
      <TraceListControls scored={scored} list={list} />
      <TraceListTable scored={scored} list={list} />
      <FlaggedInCommon scored={scored} />
    </>
  );
}
