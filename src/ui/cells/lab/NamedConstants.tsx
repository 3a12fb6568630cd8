/** Constants that are kept with the run under a name: kept here, shown, and deleted. */
import { useState } from 'react';
import type { NamedScores } from '../../../run/outcome.ts';
import { chosenWords } from '../../../scoring/corrections/list.ts';
import { percentileWords } from '../../../stores/scores/threshold-view.ts';
import { useLab, useNamedScores } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatScore } from '../../widgets/format.ts';
import { NameForm } from '../../widgets/NameForm.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import type { ScoredTerms } from '../scores/scored.tsx';

/** What can be done with the sliders' constants. */
export function ConstantActions() {
  const [naming, setNaming] = useState(false);
  const { use, resetTuning } = useLab((l) => l);
  const keep = useNamedScores((n) => n.keep);
  if (naming) {
    return <NameForm name="" onName={(name) => void keep(name)} onDone={() => setNaming(false)} />;
  }
  return (
    <div className="table-controls">
      <Button size="small" onClick={() => void use()}>
        Use in Scores and Flagged
      </Button>
      <Button size="small" onClick={() => setNaming(true)}>
        Keep with the run
      </Button>
      <Button size="small" onClick={() => void resetTuning()}>
        Reset to the paper’s values
      </Button>
    </div>
  );
}

/** Those of the shown detector; nothing where there are none. */
export function KeptConstants({ scored }: { readonly scored: ScoredTerms }) {
  const { failure, show, remove } = useNamedScores((n) => n);
  const named = scored.trained.named ?? [];
  return (
    <>
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
      {named.length > 0 && (
        <div className="scroll-x">
          <table className="plain-table" aria-label="Constants kept with the run">
            <thead>
              <tr>
                <th scope="col">kept constants</th>
                <th scope="col">what they are</th>
                <th scope="col" className="plain-table__number">
                  best F
                </th>
                <th scope="col">
                  <span className="said-only">actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {named.map((one) => (
                <tr key={one.name}>
                  <th scope="row">{one.name}</th>
                  <td>{constantsWords(one)}</td>
                  <td className="plain-table__number">{formatScore(one.report.total.bestF)}</td>
                  <td>
                    <div className="table-controls">
                      <Button
                        size="small"
                        title="Use in Scores and Flagged"
                        onClick={() => void show(one.name)}
                      >
                        Use <span className="said-only">{one.name}</span>
                      </Button>
                      <Button size="small" onClick={() => void remove(one.name)}>
                        Delete <span className="said-only">{one.name}</span>
                      </Button>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

const constantsWords = ({ corrections, percentile }: NamedScores): string =>
  percentile === 99
    ? chosenWords(corrections)
    : `${chosenWords(corrections)}; threshold at the ${percentileWords(percentile)}`;
