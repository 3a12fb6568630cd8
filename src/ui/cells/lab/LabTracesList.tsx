/** The traces of the range that was brushed in the large plot; choosing one opens the inspector. */
import { labRow } from '../../../stores/lab/lab-view.ts';
import { useInspect, useLab } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatNats, formatNumber } from '../../widgets/format.ts';
import type { TableColumn } from '../../widgets/table-column.ts';
import { VirtualTable } from '../../widgets/VirtualTable.tsx';
import { LabelMark } from '../scores/labels.tsx';
import type { LabViewProps } from './lab-view-props.ts';

export function LabTracesList({ scored }: LabViewProps) {
  const { range, list, brush } = useLab((l) => l);
  const { trace: selected, inspect } = useInspect((i) => i);
  const traces = scored.dataset.imported.traces;
  if (range === null) {
    return (
      <p className="quiet">
        Drag over the plot, or press Enter on a bin, to list the traces that score there.
      </p>
    );
  }
  if (list === null) return <p className="quiet">Listing …</p>;
  const row = (at: number) => labRow(traces, list, at);
  const columns: TableColumn[] = [
    { key: 'rank', title: 'rank', width: '72px', align: 'end', render: (i) => row(i).rank },
    {
      key: 'score',
      title: 'score, nats',
      width: '96px',
      align: 'end',
      render: (i) => formatNumber(row(i).score),
    },
    {
      key: 'label',
      title: 'label',
      width: '150px',
      render: (i) => <LabelMark label={row(i).label} />,
    },
    { key: 'nodes', title: 'nodes', width: '64px', align: 'end', render: (i) => row(i).nodes },
    {
      key: 'root',
      title: 'root operation',
      width: 'minmax(160px, 2fr)',
      render: (i) => `${row(i).service} / ${row(i).operation}`,
    },
    {
      key: 'trace',
      title: 'trace',
      width: 'minmax(120px, 1fr)',
      mono: true,
      render: (i) => row(i).traceId,
    },
  ];
  const at = selected === null ? -1 : list.trace.indexOf(selected);
  return (
    <>
      <div className="table-controls">
        <p className="quiet">
          {formatCount(list.trace.length, 'trace')} from {formatNumber(range[0])} to{' '}
          {formatNats(range[1])}
        </p>
        <Button size="small" onClick={() => void brush(null)}>
          Clear the range
        </Button>
      </div>
      <VirtualTable
        label="Traces of the range"
        rowCount={list.trace.length}
        columns={columns}
        height={264}
        minWidth={760}
        selected={at === -1 ? null : at}
        onSelect={(i) => void inspect(row(i).trace)}
        rowKey={(i) => list.trace[i]!}
        empty="No trace scores in this range. Drag over another one."
      />
    </>
  );
}
