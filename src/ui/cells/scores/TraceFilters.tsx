/** The filters of the list of traces that few need at once; what is chosen is said as chips. */
import { scoreUnit } from '../../../detectors/catalog.ts';
import type { Counted } from '../../../inspect/trace-table.ts';
import { namedOperation } from '../../../stores/shared/tree-view.ts';
import { useInspect, useTraceList } from '../../app/notebook-context.ts';
import { formatCount } from '../../widgets/format.ts';
import { RangeField } from '../../widgets/RangeField.tsx';
import { type Option, Select } from '../../widgets/Select.tsx';
import { TimeRangeField } from '../../widgets/TimeRangeField.tsx';
import type { ListedProps } from './scored.tsx';

const FLAGGED = [
  { value: 'any', label: 'any' },
  { value: 'yes', label: 'flagged' },
  { value: 'no', label: 'not flagged' },
] as const;

const SETS = [
  { value: 'test', label: 'test traces' },
  { value: 'also', label: 'also seen in training' },
  { value: 'only', label: 'seen in training' },
] as const;

const ANY = { value: 'any', label: 'any' } as const;

const ERRORS = [
  { value: 'any', label: 'any' },
  { value: 'yes', label: 'with errors' },
  { value: 'no', label: 'without errors' },
] as const;

const yesNoAny = (value: boolean | null): 'yes' | 'no' | 'any' =>
  value === null ? 'any' : value ? 'yes' : 'no';
const readYesNo = (chosen: string): boolean | null => (chosen === 'any' ? null : chosen === 'yes');

export function TraceFilters({ scored, list }: ListedProps) {
  const filter = useTraceList((l) => l.filter);
  const narrow = useTraceList((l) => l.narrow);
  const shown = useInspect((i) => i.filter);
  const { traces } = scored.dataset.imported;
  const unit = scoreUnit(scored.trained.detector);
  const { roots, structures, structureNumber, services, operations } = list.columns;
  const call = (id: number): string => {
    const { service, operation } = namedOperation(traces, id);
    return `${service}/${operation}`;
  };
  const counted = (of: readonly Counted[], name: (id: number) => string) => [
    ANY,
    ...of.map(({ id, traces: count }) => ({
      value: String(id),
      label: `${name(id)} (${formatCount(count)})`,
    })),
  ];
  const byName = (of: readonly Counted[], name: (id: number) => string): readonly Counted[] =>
    [...of].sort((a, b) => (name(a.id) < name(b.id) ? -1 : 1));
  const chooser = (
    label: string,
    part: 'root' | 'structure' | 'service' | 'operation' | 'lacks',
    options: readonly Option<string>[],
  ) => (
    <Select
      label={label}
      value={String(filter[part] ?? 'any')}
      options={options}
      onChange={(chosen) => void narrow({ [part]: chosen === 'any' ? null : Number(chosen) })}
    />
  );
  const serviceName = (id: number): string => traces.services[id]!;
  const operationOptions = counted(byName(operations, call), call);
  return (
    <div className="trace-filters">
      {chooser('Service', 'service', counted(byName(services, serviceName), serviceName))}
      {chooser('Passes through', 'operation', operationOptions)}
      {chooser('Without a call of', 'lacks', operationOptions)}
      {chooser('Root operation', 'root', counted(roots, call))}
      <Select
        label="Status"
        value={yesNoAny(filter.errors)}
        disabled={traces.errorCount === undefined}
        {...(traces.errorCount === undefined
          ? { help: 'No span of this dataset says how it ended.' }
          : {})}
        options={ERRORS}
        onChange={(chosen) => void narrow({ errors: readYesNo(chosen) })}
      />
      <Select
        label="Flag"
        value={shown === 'flagged' ? 'yes' : yesNoAny(filter.flagged)}
        disabled={shown === 'flagged'}
        options={FLAGGED}
        onChange={(chosen) => void narrow({ flagged: readYesNo(chosen) })}
      />
      {list.of.of.measured !== undefined && (
        <Select
          label="Set"
          help="Traces of training and validation have scores too; metrics are of the test traces alone."
          value={filter.seen ?? 'test'}
          options={SETS}
          onChange={(chosen) => void narrow({ seen: chosen === 'test' ? null : chosen })}
        />
      )}
      <RangeField
        label="Duration"
        unit="ms"
        value={filter.duration}
        onChange={(duration) => void narrow({ duration })}
      />
      <TimeRangeField
        label="Started"
        value={filter.start}
        onChange={(start) => void narrow({ start })}
      />
      {chooser(
        'Structure',
        'structure',
        counted(structures, (id) => `#${structureNumber[id]}`),
      )}
      <RangeField label="Nodes" value={filter.nodes} onChange={(nodes) => void narrow({ nodes })} />
      <RangeField
        label="Score"
        {...(unit === '' ? {} : { unit })}
        value={filter.score}
        onChange={(score) => void narrow({ score })}
      />
    </div>
  );
}
