/** The last cell: the paper's equations, with the values of the trace in the inspector. */
import { Suspense, useMemo, useState } from 'react';
import { equationsCellState } from '../../../stores/page/cell-states.ts';
import { useInspect } from '../../app/notebook-context.ts';
import { Boundary, lazyPart } from '../../widgets/Boundary.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { equationsStateText, hasTerms, TermsAlone, useScored } from '../scores/scored.tsx';
import { symbolValues } from './equation-symbols.ts';

const PaperEquations = lazyPart(() => import('./PaperEquations.tsx'));

export function EquationsCell() {
  const [open, setOpen] = useState(false);
  const explanation = useInspect((i) => i.explanation);
  const scored = useScored();
  const values = useMemo(
    () =>
      explanation.phase === 'done' &&
      explanation.explanation.kind === 'terms' &&
      scored !== null &&
      hasTerms(scored)
        ? symbolValues(explanation.explanation, {
            samples: scored.scores.test.samples,
            sigma99: scored.scores.test.stdLimits.global,
          })
        : new Map<never, string>(),
    [explanation, scored],
  );
  const state = equationsCellState(explanation);
  return (
    <NotebookCell
      id="equations"
      state={state}
      stateText={equationsStateText(state)}
      section="§3 to §5"
      prose={
        <>
          The paper’s equations behind the cells above. Hover over a symbol for its meaning; with a
          trace open, its values appear beside it.
        </>
      }
    >
      <Disclosure open={open} onToggle={setOpen} summary="Equations (1) to (7)">
        {scored !== null && !hasTerms(scored) ? (
          <TermsAlone scored={scored} what="Values are shown" />
        ) : (
          values.size === 0 && (
            <p className="quiet">No trace is in the inspector: choose one in Flagged traces.</p>
          )
        )}
        <Boundary what="The equations">
          <Suspense fallback={<p className="quiet">Loading the equations.</p>}>
            <PaperEquations values={values} />
          </Suspense>
        </Boundary>
      </Disclosure>
    </NotebookCell>
  );
}
