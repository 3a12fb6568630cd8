/** What the list of traces shows: flagged ones or all, a search, and filters that few need. */
import { useState } from 'react';
import { detectorLabel, scoreUnit } from '../../../detectors/catalog.ts';
import type { LabelFilter } from '../../../stores/scores/inspect-store.ts';
import {
  type NarrowFilter,
  NO_FILTER,
  type TraceList,
} from '../../../stores/scores/trace-list-store.ts';
import { namedOperation } from '../../../stores/shared/tree-view.ts';
import { useInspect, useTraceList } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Field } from '../../widgets/Field.tsx';
import { formatCount } from '../../widgets/format.ts';
import { RangeField } from '../../widgets/RangeField.tsx';
import { SegmentedControl, Select } from '../../widgets/Select.tsx';
import { FILTER_OPTIONS } from './labels.tsx';
import { correctionsWords, type Scored } from './scored.tsx';

const FLAGGED = [
  { value: 'any', label: 'any' },
  { value: 'yes', label: 'flagged' },
  { value: 'no', label: 'not flagged' },
] as const;

const ANY = { value: 'any', label: 'any' } as const;

interface ControlsProps {
  readonly scored: Scored;
  readonly list: TraceList;
}

export function TraceListControls({ scored, list }: ControlsProps) {
  const filter = useTraceList((l) => l.filter);
  const narrow = useTraceList((l) => l.narrow);
  const [open, setOpen] = useState(false);
  const shown = useInspect((i) => i.filter);
  const setFilter = useInspect((i) => i.setFilter);
  const active = activeFilters(filter);
  const labelled = scored.chosen.report.total.anomalies > 0;
  return (
    <>
      <div className="table-controls">
        <SegmentedControl
          label="Show"
          value={shown}
          options={labelled ? FILTER_OPTIONS : FILTER_OPTIONS.filter(isOfNoLabel(shown))}
          onChange={setFilter}
        />
        <div className="trace-search">
          <Field label="Search trace id or operation">
            {(control) => (
              <input
                {...control}
                type="search"
                className="field__input"
                value={filter.search}
                onChange={(event) => void narrow({ search: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </div>
      <Disclosure
        summary={active === 0 ? 'Filters' : `Filters, ${active} on`}
        open={open}
        onToggle={setOpen}
      >
        <Filters scored={scored} list={list} />
      </Disclosure>
      <p className="quiet" aria-live="polite">
        {formatCount(list.order.length)} of {formatCount(list.of.rows.length)} test traces, by{' '}
        {detectorLabel(scored.trained.detector)}, {correctionsWords(scored)}
      </p>
    </>
  );
}

/** Without labels there is nothing to choose by them, but a choice that an address brought stays. */
const isOfNoLabel =
  (shown: LabelFilter) =>
  ({ value }: { readonly value: LabelFilter }): boolean =>
    value === 'flagged' || value === 'all' || value === shown;

/** Those under the fold. */
const activeFilters = ({ flagged, root, structure, nodes, score }: NarrowFilter): number =>
  [flagged, root, structure].filter((choice) => choice !== null).length +
  [nodes, score].filter(([from, to]) => from !== null || to !== null).length;

function Filters({ scored, list }: ControlsProps) {
  const filter = useTraceList((l) => l.filter);
  const narrow = useTraceList((l) => l.narrow);
  const shown = useInspect((i) => i.filter);
  const { traces } = scored.dataset.imported;
  const unit = scoreUnit(scored.trained.detector);
  const { roots, structures, structureNumber } = list.columns;
  const number = (chosen: string): number | null => (chosen === 'any' ? null : Number(chosen));
  return (
    <div className="trace-filters">
      <Select
        label="Flag"
        value={
          shown === 'flagged' || filter.flagged === true
            ? 'yes'
            : filter.flagged === false
              ? 'no'
              : 'any'
        }
        disabled={shown === 'flagged'}
        options={FLAGGED}
        onChange={(chosen) => void narrow({ flagged: chosen === 'any' ? null : chosen === 'yes' })}
      />
      <Select
        label="Root operation"
        value={String(filter.root ?? 'any')}
        options={[
          ANY,
          ...roots.map(({ id, traces: count }) => {
            const { service, operation } = namedOperation(traces, id);
            return { value: String(id), label: `${service}/${operation} (${formatCount(count)})` };
          }),
        ]}
        onChange={(chosen) => void narrow({ root: number(chosen) })}
      />
      <Select
        label="Structure"
        value={String(filter.structure ?? 'any')}
        options={[
          ANY,
          ...structures.map(({ id, traces: count }) => ({
            value: String(id),
            label: `#${structureNumber[id]} (${formatCount(count)})`,
          })),
        ]}
        onChange={(chosen) => void narrow({ structure: number(chosen) })}
      />
      <RangeField label="Nodes" value={filter.nodes} onChange={(nodes) => void narrow({ nodes })} />
      <RangeField
        label="Score"
        {...(unit === '' ? {} : { unit })}
        value={filter.score}
        onChange={(score) => void narrow({ score })}
      />
      <Button
        size="small"
        icon="reset"
        disabled={activeFilters(filter) === 0 && filter.search === ''}
        onClick={() => void narrow(NO_FILTER)}
      >
        Clear filters
      </Button>
    </div>
  );
}
