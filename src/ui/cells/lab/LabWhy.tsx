/** Why the inversion happens: scores against node counts, the terms of a score, equation (5). */

import { useMemo } from 'react';
import type { ScoreCauses } from '../../../lab/why.ts';
import { stepWords } from '../../../scoring/corrections/list.ts';
import { decodeTraceId, LABEL_GROUPS, SCORE_PARTS } from '../../../stores/lab/lab-view.ts';
import { useInspect, useLab } from '../../app/notebook-context.ts';
import { BoxPlot } from '../../charts/BoxPlot.tsx';
import { ScatterPlot } from '../../charts/ScatterPlot.tsx';
import { toneFill } from '../../charts/tones.ts';
import { formatCount, formatNats, formatNumber } from '../../widgets/format.ts';
import { LabInverted } from './LabInverted.tsx';
import { LabLegend } from './LabLegend.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { GROUP_INKS, GROUP_KINDS, groupWords, PART_WORDS } from './lab-words.ts';

export function LabWhy(props: LabViewProps) {
  const why = useLab((l) => l.views.why?.value ?? null);
  if (why === null) return <p className="quiet">Comparing …</p>;
  return (
    <>
      <ByNodes {...props} why={why} />
      <Parts {...props} why={why} />
      <Equation {...props} why={why} />
      {props.session.labelled && <LabInverted {...props} why={why} />}
    </>
  );
}

interface WhyProps extends LabViewProps {
  readonly why: ScoreCauses;
}

function ByNodes({ scored, session, why }: WhyProps) {
  const variant = useLab((l) => l.variant);
  const inspect = useInspect((i) => i.inspect);
  const { axis, labelled, trace, group } = session;
  const { traces } = scored.dataset.imported;
  const places = useMemo(() => ({ x: why.nodePlaces, y: why.fromTop }), [why]);
  const words = stepWords(variant);
  const ranges = [...new Set(why.boxes.map(({ from, to }) => rangeWords(from, to)))];
  const yAxis = { yDomain: [axis.low, axis.high], yLinearBelow: axis.linearBelow } as const;
  const labelOf = (g: number): string => groupWords(LABEL_GROUPS[g]!, labelled);
  return (
    <>
      <LabLegend session={session} groups={LABEL_GROUPS} />
      <div className="lab__pair">
        <ScatterPlot
          {...yAxis}
          title="Score and node count"
          summary={`Scores of ${words} against merged nodes, ${formatCount(trace.length, 'trace')}`}
          xDomain={why.nodeDomain}
          xWhole
          xLabel="merged nodes"
          yLabel="score (nats, log)"
          places={places}
          kind={group}
          kinds={GROUP_KINDS}
          inks={GROUP_INKS}
          describe={(mark) => [
            `trace ${decodeTraceId(traces, trace[mark]!)}`,
            labelOf(group[mark]!),
            `${formatCount(Math.round(at(why.nodeDomain, why.nodePlaces[mark]!)), 'node')}`,
          ]}
          onOpen={(mark) => void inspect(trace[mark]!)}
        />
        <BoxPlot
          {...yAxis}
          title="The same as boxes"
          summary={why.boxes
            .map(
              ({ from, to, group: g, median }) =>
                `${rangeWords(from, to)} nodes, ${labelOf(g)}: median ${formatNats(median)}`,
            )
            .join('; ')}
          ranges={ranges}
          boxes={why.boxes.map(({ from, to, group: g, ...box }) => ({
            ...box,
            id: `${from} ${g}`,
            range: ranges.indexOf(rangeWords(from, to)),
            tone: LABEL_GROUPS[g]!,
            label: labelOf(g),
          }))}
          xLabel="merged nodes"
          yLabel="score (nats, log)"
          formatY={formatNats}
        />
      </div>
    </>
  );
}

const at = ([low, high]: readonly [number, number], share: number): number =>
  low + (high - low) * share;

const rangeWords = (from: number, to: number): string =>
  from === to ? `${from}` : `${from}–${to}`;

/** A table, so that the numbers are there; the bars in it are for the eye. */
function Parts({ session, why }: WhyProps) {
  const variant = useLab((l) => l.variant);
  const { labelled } = session;
  // most models do not know which calls fail
  const shown = SCORE_PARTS.map((part, p) => ({ part, p })).filter(
    ({ part, p }) => part !== 'status' || why.parts.some(({ parts }) => parts[p] !== 0),
  );
  const largest = Math.max(1, ...why.parts.flatMap(({ parts }) => [...parts].map(Math.abs)));
  return (
    <div className="scroll-x">
      <table className="plain-table lab__split" aria-label="Terms of the mean score by label">
        <caption>What each term adds to the mean score, {stepWords(variant)}, nats</caption>
        <thead>
          <tr>
            <th scope="col">term</th>
            {why.parts.map(({ group, count }) => (
              <th key={group} scope="col">
                {groupWords(LABEL_GROUPS[group]!, labelled)}, {formatCount(count)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ part, p }) => (
            <tr key={part}>
              <th scope="row">{PART_WORDS[part]}</th>
              {why.parts.map(({ group, parts }) => (
                <td key={group}>
                  <Bar value={parts[p]!} largest={largest} tone={LABEL_GROUPS[group]!} />
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">
              <strong>mean score</strong>
            </th>
            {why.parts.map(({ group, score }) => (
              <td key={group}>
                <span className="lab__number">
                  <strong>{formatNumber(score)}</strong>
                </span>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** Lengths of square roots: terms differ by thousands. */
function Bar(props: { value: number; largest: number; tone: (typeof LABEL_GROUPS)[number] }) {
  const share = Math.sqrt(Math.abs(props.value) / props.largest);
  return (
    <>
      <span className="lab__number">{formatNumber(props.value)}</span>
      <span
        className={props.value < 0 ? 'lab__bar lab__bar--negative' : 'lab__bar'}
        aria-hidden="true"
        style={{ width: `${Math.round(100 * share)}px`, background: toneFill(props.tone) }}
      />
    </>
  );
}

function Equation({ session, why }: WhyProps) {
  const { labelled } = session;
  const kept = why.entropy.some(({ latencyEntropy }) => latencyEntropy !== null);
  return (
    <div className="lab__equation">
      <p>
        <span className="lab__formula">
          mean NLL ≈ KLD[p* ‖ p<sub>model</sub>] + H[p*]
        </span>{' '}
        <span className="quiet">(5)</span>
      </p>
      <p className="quiet">
        The model answers for the first part alone; the entropy H of the traces is their own.
        Neither can be computed exactly. A rough H is that of the structures that occur, plus that
        of independent Gaussians with the stds of p(X | ·); with stds of 1, as in section 5.2, a
        node has 1.42 nats.
      </p>
      <div className="scroll-x">
        <table className="plain-table" aria-label="Equation (5) on this dataset">
          <thead>
            <tr>
              <th scope="col">nats, plain NLL</th>
              <th scope="col" className="plain-table__number">
                mean nodes
              </th>
              <th scope="col" className="plain-table__number">
                mean NLL
              </th>
              <th scope="col" className="plain-table__number">
                rough H[A, Y]
              </th>
              {kept && (
                <>
                  <th scope="col" className="plain-table__number">
                    rough H[X]
                  </th>
                  <th scope="col" className="plain-table__number">
                    left for KLD
                  </th>
                </>
              )}
              <th scope="col" className="plain-table__number">
                nodes × H[N(0, 1)]
              </th>
            </tr>
          </thead>
          <tbody>
            {why.entropy.map((row) => (
              <tr key={row.group}>
                <th scope="row">
                  {groupWords(LABEL_GROUPS[row.group]!, labelled)}, {formatCount(row.count)}
                </th>
                <td className="plain-table__number">{formatNumber(row.meanNodes)}</td>
                <td className="plain-table__number">{formatNumber(row.meanNll)}</td>
                <td className="plain-table__number">{formatNumber(row.structureEntropy)}</td>
                {row.latencyEntropy !== null && (
                  <>
                    <td className="plain-table__number">{formatNumber(row.latencyEntropy)}</td>
                    <td className="plain-table__number">
                      {formatNumber(row.meanNll - row.structureEntropy - row.latencyEntropy)}
                    </td>
                  </>
                )}
                <td className="plain-table__number">{formatNumber(row.roughLatencyEntropy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
