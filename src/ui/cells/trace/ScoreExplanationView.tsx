/** Why a detector without terms gives a trace its score: node by node, or transition by transition. */
import { scoreUnit } from '../../../detectors/catalog.ts';
import type { ScoreExplanation, TransitionTaken } from '../../../detectors/explanation.ts';
import { namedOperation, traceTree } from '../../../stores/shared/tree-view.ts';
import { termParts } from '../../../stores/trace/explanation-view.ts';
import { Waterfall } from '../../charts/Waterfall.tsx';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { formatCount, formatMs, formatNumber } from '../../widgets/format.ts';
import { type Scored, TermsAlone } from '../scores/scored.tsx';

interface ScoreExplanationProps {
  readonly scored: Scored;
  readonly explanation: ScoreExplanation;
  /** As the list of traces says it; null or empty where there is none. */
  readonly reason: string | null;
}

type Names = ReturnType<typeof traceTree>;

const finite = (value: number, format: (value: number) => string): string =>
  Number.isFinite(value) ? format(value) : '–';

export function ScoreExplanationView({ scored, explanation, reason }: ScoreExplanationProps) {
  const { traces } = scored.dataset.imported;
  const names = traceTree(traces, explanation.trace);
  const { absent, transitions, says } = explanation;
  const { detector } = scored.trained;
  const parts = termParts(detector, explanation);
  return (
    <>
      <p className="quiet">
        {reason && <strong>{capitalised(reason)}. </strong>}
        Score {formatNumber(explanation.score, 4)}: {says}.
      </p>
      {parts.length > 0 && (
        <section className="inspector-section">
          <h3>What adds up to the score</h3>
          <Waterfall parts={parts} total={explanation.score} unit={scoreUnit(detector)} />
        </section>
      )}
      {transitions !== null && <Transitions transitions={transitions} names={names} />}
      <section className="inspector-section">
        <h3>Latency, expected and observed</h3>
        <NodeTable explanation={explanation} names={names} />
      </section>
      {absent !== null && absent.length > 0 && (
        <section className="inspector-section">
          <h3>Paths that the trace lacks</h3>
          <ol className="absent-paths">
            {absent.map(({ operations, score }) => (
              <li key={operations.join()}>
                {operations
                  .map((id) => namedOperation(traces, id))
                  .map(({ service, operation }) => `${service}/${operation}`)
                  .join(' → ')}
                <span className="quiet"> {formatNumber(score)}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
      <section className="inspector-section">
        <h3>Tree and reconstruction</h3>
        <TermsAlone scored={scored} what="A trace is reconstructed" />
      </section>
    </>
  );
}

const capitalised = (words: string): string => `${words[0]!.toUpperCase()}${words.slice(1)}`;

function NodeTable({
  explanation: { nodes, critical },
  names,
}: {
  readonly explanation: ScoreExplanation;
  readonly names: Names;
}) {
  const number = (value: number): string => formatNumber(value);
  const columns = [
    { title: 'observed', values: nodes.observedMs, format: formatMs },
    { title: 'expected', values: nodes.expectedMs, format: formatMs },
    { title: 'std', values: nodes.stdMs, format: formatMs },
    { title: 'score', values: nodes.score, format: number },
  ];
  // not every detector has a std, or a score per node
  const shown = columns.filter(({ values }) => values.some(Number.isFinite));
  return (
    <div className="scroll-x">
      <table className="plain-table score-nodes" aria-label="Score by node">
        <thead>
          <tr>
            <th scope="col">node</th>
            {shown.map(({ title }) => (
              <th key={title} scope="col" className="plain-table__number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map(({ service, operation }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: nodes of a tree are known by their index
            <tr key={i}>
              <th scope="row">
                <BreakingName name={`${service}/${operation}`} />
                {critical !== null && critical[i] === 0 && (
                  <span className="score-nodes__aside">not on the critical path</span>
                )}
              </th>
              {shown.map(({ title, values, format }) => (
                <td key={title} className="plain-table__number">
                  {finite(values[i]!, format)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function verdictWords({ verdict, deviations }: TransitionTaken): string {
  switch (verdict) {
    case 'unseen':
      return '✗ rejected: training never took it';
    case 'latency':
      return `✗ rejected: ${formatNumber(deviations)} stds from its mean`;
    case 'accepted':
      return '✓ accepted';
  }
}

/** The automaton on this trace: from state to state, a state being a call path. */
function Transitions({
  transitions,
  names,
}: {
  readonly transitions: readonly TransitionTaken[];
  readonly names: Names;
}) {
  const stateOf = (node: number | null, outside: string): string =>
    node === null ? outside : `${names[node]!.service}/${names[node]!.operation}`;
  return (
    <section className="inspector-section">
      <h3>Transitions of the automaton</h3>
      <div className="scroll-x">
        <table className="plain-table transitions" aria-label="Transitions">
          <thead>
            <tr>
              <th scope="col">from → to</th>
              <th scope="col" className="plain-table__number">
                traces in training
              </th>
              <th scope="col">verdict</th>
            </tr>
          </thead>
          <tbody>
            {transitions.map((taken) => (
              <tr key={`${taken.from} ${taken.to}`}>
                <td>
                  <BreakingName name={stateOf(taken.from, 'start')} />
                  <span className="transitions__to">
                    → <BreakingName name={stateOf(taken.to, 'end')} />
                  </span>
                </td>
                <td className="plain-table__number">{formatCount(taken.seen)}</td>
                <td>{verdictWords(taken)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
