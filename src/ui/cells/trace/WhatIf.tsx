/** What if: the open trace edited step by step, scored anew by the trained model after each. */
import { useEffect, useState } from 'react';
import type { ScoredTree } from '../../../stores/trace/what-if-store.ts';
import { type EditWords, editWords, termTotals } from '../../../stores/trace/what-if-view.ts';
import { useWhatIf } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs, formatNats, formatNumber } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { hasTerms, type Scored, TermsAlone } from '../scores/scored.tsx';
import { WhatIfNodes } from './WhatIfNodes.tsx';
import './what-if.css';

interface WhatIfProps {
  readonly scored: Scored;
  readonly trace: number;
}

export function WhatIf({ scored, trace }: WhatIfProps) {
  const [open, setOpen] = useState(false);
  const start = useWhatIf((w) => w.start);
  const edited = useWhatIf((w) => w.trace);
  const terms = hasTerms(scored);
  useEffect(() => {
    if (open && terms && edited !== trace) start(trace);
  }, [open, terms, edited, trace, start]);
  return (
    <Disclosure summary="What if" open={open} onToggle={setOpen}>
      {!terms && <TermsAlone scored={scored} what="Edited traces are scored" />}
      {terms && edited === trace && <Editor scored={scored} />}
    </Disclosure>
  );
}

function Editor({ scored }: Pick<WhatIfProps, 'scored'>) {
  const { steps, at, before, after, failure, undo, redo, reset } = useWhatIf((w) => w);
  const { traces } = scored.dataset.imported;
  const { threshold } = scored.chosen.report.atThreshold;
  return (
    <section className="what-if" aria-label="What if">
      <p className="quiet">
        Change the trace and see how the model would have scored it. Nothing is trained; the dataset
        stays as it is.
      </p>
      {before !== null && after !== null && (
        <Verdict before={before} after={after} threshold={threshold} />
      )}
      <div className="what-if__actions">
        <Button size="small" disabled={at === 0} onClick={undo}>
          Undo change
        </Button>
        <Button size="small" disabled={at + 1 >= steps.length} onClick={redo}>
          Redo change
        </Button>
        <Button size="small" icon="reset" disabled={at === 0} onClick={reset}>
          Reset
        </Button>
      </div>
      <Unflag threshold={threshold} />
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
      {at > 0 && (
        <ol className="what-if__steps" aria-label="Changes">
          {steps.slice(1, at + 1).map(({ edit }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
            <li key={i}>{edit !== null && sentence(editWords(traces, steps[i]!.tree, edit))}</li>
          ))}
        </ol>
      )}
      <WhatIfNodes scored={scored} />
      {before !== null && after !== null && <Terms before={before} after={after} />}
    </section>
  );
}

interface VerdictProps {
  readonly before: ScoredTree;
  readonly after: ScoredTree;
  readonly threshold: number | null;
}

const scoreOf = ({ explanation }: ScoredTree): number => explanation.contributions.corrected.score;

function Verdict({ before, after, threshold }: VerdictProps) {
  const scoring = useWhatIf((w) => w.scoring);
  const [was, is] = [scoreOf(before), scoreOf(after)];
  const flagged = (score: number): string =>
    threshold === null ? '' : score > threshold ? '⚑ flagged' : 'not flagged';
  return (
    <p className="what-if__verdict" role="status" aria-label="What-if score" aria-busy={scoring}>
      <strong>{formatNats(is)}</strong>
      {before === after ? (
        ' as it is'
      ) : (
        <>
          , {is <= was ? '−' : '+'}
          {formatNumber(Math.abs(is - was))} from {formatNats(was)}
        </>
      )}
      {threshold !== null && (
        <>
          {' '}
          · {flagged(is)} (threshold {formatNumber(threshold)})
        </>
      )}
    </p>
  );
}

function Unflag({ threshold }: { readonly threshold: number | null }) {
  const { search, unflag, cancelSearch, after } = useWhatIf((w) => w);
  if (threshold === null || after === null) return null;
  if (search.phase === 'running') {
    const { progress } = search;
    return (
      <div className="what-if__actions">
        <ProgressBar
          label="Searching"
          share={null}
          text={
            progress === null
              ? 'Trying single changes'
              : `${formatCount(progress.changes, 'change')}, ${formatNats(progress.score)}`
          }
        />
        <Button size="small" onClick={cancelSearch}>
          Cancel search
        </Button>
      </div>
    );
  }
  const flagged = scoreOf(after) > threshold;
  return (
    <>
      <Button size="small" icon="search" disabled={!flagged} onClick={() => void unflag()}>
        Find the smallest change that un-flags it
      </Button>
      {search.phase === 'done' && (
        <p className="quiet" role="status">
          {search.outcome.found
            ? `${formatCount(search.outcome.edits.length, 'change')} found greedily; a smaller set may exist.`
            : `None found: single changes, one after the other, come down to ${formatNats(search.outcome.score)}, still above the threshold.`}
        </p>
      )}
    </>
  );
}

const sentence = (words: EditWords): string => {
  switch (words.kind) {
    case 'latency':
      return `${words.name}: ${formatMs(words.fromMs)} → ${formatMs(words.toMs)}`;
    case 'operation':
      return `${words.name} becomes ${words.to}`;
    case 'drop':
      return words.nodes === 1
        ? `without ${words.name}`
        : `without ${words.name} and the ${formatCount(words.nodes - 1, 'node')} below it`;
    case 'add':
      return `with ${words.name} under ${words.under}${
        words.nodes === 1 ? '' : `, ${formatCount(words.nodes, 'node')}`
      }`;
  }
};

/** Which term of the score each change moved. */
function Terms({ before, after }: Omit<VerdictProps, 'threshold'>) {
  const was = termTotals(before.explanation.contributions.corrected);
  const is = termTotals(after.explanation.contributions.corrected);
  return (
    <div className="scroll-x">
      <table className="plain-table" aria-label="Terms before and after">
        <thead>
          <tr>
            <th scope="col">term, nats</th>
            <th scope="col" className="plain-table__number">
              as it is
            </th>
            <th scope="col" className="plain-table__number">
              changed
            </th>
            <th scope="col" className="plain-table__number">
              difference
            </th>
          </tr>
        </thead>
        <tbody>
          {was.map(([term, value], i) => {
            const now = is[i]![1];
            return (
              <tr key={term}>
                <th scope="row">{term}</th>
                <td className="plain-table__number">{formatNumber(value)}</td>
                <td className="plain-table__number">{formatNumber(now)}</td>
                <td className="plain-table__number">{formatNumber(now - value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
