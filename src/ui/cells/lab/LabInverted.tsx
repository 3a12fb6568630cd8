/** The inversion detective: anomalies below the normal median, by cause, and what lifts each. */

import { useState } from 'react';
import type { ScoreCauses } from '../../../lab/why.ts';
import { stepWords } from '../../../scoring/corrections/list.ts';
import { CAUSES, type Cause, decodeTraceId, labelOfTrace } from '../../../stores/lab/lab-view.ts';
import { useInspect } from '../../app/notebook-context.ts';
import { formatCount, formatNats, formatNumber } from '../../widgets/format.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import type { TableColumn } from '../../widgets/table-column.ts';
import { VirtualTable } from '../../widgets/VirtualTable.tsx';
import { LabelMark } from '../scores/labels.tsx';
import type { LabViewProps } from './lab-view-props.ts';
import { PART_WORDS } from './lab-words.ts';

type Inverted = ScoreCauses['inverted'][number];

const CAUSE_WORDS: Readonly<Record<Cause, { readonly name: string; readonly what: string }>> = {
  nodes: {
    name: 'few nodes',
    what: 'With the median node count of normal traces, at what a node of theirs adds, it would score above their median.',
  },
  stds: {
    name: 'small sigma',
    what: 'With the mean log std of normal traces’ nodes it would score above their median.',
  },
  outweighed: {
    name: 'term outweighed',
    what: 'A term of it is above the normal median, but the others are so far below that they make up for it.',
  },
  ordinary: {
    name: 'nothing stands out',
    what: 'No term of it is above the normal median: to the model it is an ordinary trace.',
  },
};

interface InvertedProps extends LabViewProps {
  readonly why: ScoreCauses;
}

export function LabInverted({ scored, why }: InvertedProps) {
  const { trace: selected, inspect } = useInspect((i) => i);
  const present = CAUSES.filter((cause) => why.inverted.some((one) => one.cause === cause));
  const [wanted, setWanted] = useState<Cause | null>(null);
  const cause = present.find((one) => one === wanted) ?? present[0];
  if (cause === undefined) {
    return (
      <div>
        <h4>Inverted anomalies</h4>
        <p className="quiet">
          No anomaly scores below the normal median of {formatNats(why.normalMedian)}.
        </p>
      </div>
    );
  }
  const listed = why.inverted.filter((one) => one.cause === cause);
  const { traces } = scored.dataset.imported;
  const one = (row: number): Inverted => listed[row]!;
  const columns: TableColumn[] = [
    {
      key: 'score',
      title: 'NLL, nats',
      width: '88px',
      align: 'end',
      render: (i) => formatNumber(one(i).score),
    },
    {
      key: 'label',
      title: 'label',
      width: '150px',
      render: (i) => <LabelMark label={labelOfTrace(traces, one(i).trace)} />,
    },
    {
      key: 'evidence',
      title: 'what speaks for the cause',
      width: 'minmax(300px, 2fr)',
      render: (i) => evidence(one(i)),
    },
    {
      key: 'lifted',
      title: 'lifted by',
      width: 'minmax(240px, 1fr)',
      render: (i) => lifted(one(i)),
    },
    {
      key: 'trace',
      title: 'trace',
      width: 'minmax(100px, 1fr)',
      mono: true,
      render: (i) => decodeTraceId(traces, one(i).trace),
    },
  ];
  const at = listed.findIndex(({ trace }) => trace === selected);
  return (
    <div className="lab__part">
      <h4>Inverted anomalies</h4>
      <p className="quiet">
        {formatCount(why.inverted.length)} anomalies score below the normal median of{' '}
        {formatNats(why.normalMedian)} under plain NLL. A correction lifts one that is not below the
        normal median of the corrected scores.
      </p>
      <SegmentedControl
        label="Cause"
        value={cause}
        options={present.map((name) => ({
          value: name,
          label: `${CAUSE_WORDS[name].name} ${formatCount(why.inverted.filter((other) => other.cause === name).length)}`,
        }))}
        onChange={setWanted}
      />
      <p className="quiet">{CAUSE_WORDS[cause].what}</p>
      <VirtualTable
        label="Inverted anomalies"
        rowCount={listed.length}
        columns={columns}
        height={264}
        minWidth={940}
        selected={at === -1 ? null : at}
        onSelect={(i) => void inspect(one(i).trace)}
        rowKey={(i) => one(i).trace}
      />
    </div>
  );
}

function evidence({ cause, deficit, gain, outstanding, excess }: Inverted): string {
  const missing = `${formatNumber(deficit)} below`;
  if (cause === 'nodes') return `${missing}; as many nodes would add ${formatNats(gain)}`;
  if (cause === 'stds') return `${missing}; stds as wide would add ${formatNats(gain)}`;
  if (cause === 'ordinary') return missing;
  return `${missing}; ${PART_WORDS[outstanding]}: ${formatNumber(excess)} above`;
}

/** Corrections by themselves first; all together only where none does alone. */
function lifted({ liftedBy }: Inverted): string {
  const alone = liftedBy.filter((variant) => variant !== 'full');
  if (alone.length > 0) return alone.map((variant) => stepWords(variant)).join(', ');
  return liftedBy.length > 0 ? stepWords('full') : 'none';
}
