/** What the list of traces shows: flagged ones or all, a search, and filters, said as chips. */
import { useState } from 'react';
import { detectorLabel, scoreUnit } from '../../../detectors/catalog.ts';
import { isFirstLook } from '../../../run/first-look.ts';
import type { LabelFilter } from '../../../stores/scores/inspect-store.ts';
import {
  type NarrowFilter,
  NO_FILTER,
  type TraceList,
} from '../../../stores/scores/trace-list-store.ts';
import { useInspect, usePreferences, useTraceList } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Chips } from '../../widgets/Chips.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Field } from '../../widgets/Field.tsx';
import { formatCount } from '../../widgets/format.ts';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { type FilterChip, filterChips } from './filter-words.ts';
import { FILTER_OPTIONS } from './labels.tsx';
import { correctionsWords, hasTerms, type ListedProps, type Scored } from './scored.tsx';
import { TraceFilters } from './TraceFilters.tsx';

export function TraceListControls({ scored, list }: ListedProps) {
  const filter = useTraceList((l) => l.filter);
  const narrow = useTraceList((l) => l.narrow);
  const grouped = useTraceList((l) => l.grouped);
  const group = useTraceList((l) => l.group);
  const [open, setOpen] = useState(false);
  const shown = useInspect((i) => i.filter);
  const setFilter = useInspect((i) => i.setFilter);
  const chips = useChips(scored, list);
  const corrections = hasTerms(scored) ? `, ${correctionsWords(scored)}` : '';
  const listedWords = `${formatCount(list.order.length)} of ${formatCount(list.of.rows.length)} test traces, by ${detectorLabel(scored.trained.detector)}${corrections}`;
  const isEngineer = usePreferences((p) => p.reader === 'engineer');
  // where nothing is narrowed, and there is one ranking, the threshold says how many there are
  const isAllSaid =
    isEngineer && isFirstLook(scored.run.id) && shown === 'flagged' && chips.length === 0;
  const labelled = scored.chosen.report.total.anomalies > 0;
  return (
    <>
      <div className="table-controls">
        <div className="list-shows">
          <SegmentedControl
            label="Show"
            hideLabel
            value={shown}
            options={labelled ? FILTER_OPTIONS : FILTER_OPTIONS.filter(isOfNoLabel(shown))}
            onChange={setFilter}
          />
          <Checkbox
            label={
              list.kinds === null
                ? 'By kind (k)'
                : `By kind (k): ${formatCount(list.kinds.length, 'kind')}`
            }
            checked={grouped}
            onChange={(on) => void group(on)}
          />
        </div>
        <div className="trace-search">
          <Field
            inline
            label={
              <>
                Search<span className="said-only"> trace id or operation</span>
              </>
            }
          >
            {(control) => (
              <input
                {...control}
                placeholder="trace id or operation"
                aria-keyshortcuts="/"
                type="search"
                className="field__input"
                value={filter.search}
                onChange={(event) => void narrow({ search: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </div>
      <Disclosure summary="Filters" open={open} onToggle={setOpen}>
        <TraceFilters scored={scored} list={list} />
      </Disclosure>
      {chips.length > 0 && (
        <div className="trace-chips">
          <Chips
            label="Filters in use"
            verb="Remove filter"
            chips={chips.map(({ part, words }) => ({ key: part, words }))}
            onRemove={(part) => void narrow(without(part as FilterChip['part']))}
          />
          <Button size="small" icon="reset" onClick={() => void narrow(NO_FILTER)}>
            Clear filters
          </Button>
        </div>
      )}
      <p className="quiet" aria-live="polite">
        {isAllSaid ? '' : listedWords}
      </p>
    </>
  );
}

/** Without labels there is nothing to choose by them, but a choice that an address brought stays. */
const isOfNoLabel =
  (shown: LabelFilter) =>
  ({ value }: { readonly value: LabelFilter }): boolean =>
    value === 'flagged' || value === 'all' || value === shown;

/** The filter with one part open. */
const without = (part: FilterChip['part']): Partial<NarrowFilter> => ({ [part]: NO_FILTER[part] });

function useChips(scored: Scored, { columns }: TraceList): FilterChip[] {
  const filter = useTraceList((l) => l.filter);
  const shown = useInspect((i) => i.filter);
  const unit = scoreUnit(scored.trained.detector);
  return filterChips(filter, shown, { traces: scored.dataset.imported.traces, columns, unit });
}

/** In the place of the table: which filter leaves nothing, and how many come back without it. */
export function NothingListed({ scored, list }: ListedProps) {
  const narrow = useTraceList((l) => l.narrow);
  const setFilter = useInspect((i) => i.setFilter);
  const shown = useInspect((i) => i.filter);
  const filter = useTraceList((l) => l.filter);
  const chips = useChips(scored, list);
  if (chips.length === 0 && list.inTheWay.length === 0) {
    return <p className="quiet">No trace was scored.</p>;
  }
  const ways = list.inTheWay.map(({ part, traces: count }) => {
    // a kind is looked for among what the other parts leave
    const atMost = filter.kind !== null && part !== 'kind' ? 'at most ' : '';
    const back = atMost + formatCount(count, 'trace');
    const chip = chips.find((one) => one.part === part);
    return chip === undefined
      ? { part, words: `Show all (${back})`, go: () => setFilter('all') }
      : {
          part,
          words: `Remove “${chip.words}” (${back})`,
          go: () => void narrow(without(chip.part)),
        };
  });
  return (
    <div className="nothing-listed">
      <p className="quiet">
        {ways.length > 0 && chips.length === 0
          ? 'No trace is flagged.'
          : ways.length > 0
            ? 'No trace passes all filters. Without one of these there would be some:'
            : `No trace passes the filters${shown === 'all' ? '' : ` among those shown`}, and none would without a single one of them.`}
      </p>
      {ways.map(({ part, words, go }) => (
        <Button key={part} size="small" onClick={go}>
          {words}
        </Button>
      ))}
      {ways.length === 0 && (
        <Button
          size="small"
          icon="reset"
          onClick={() => {
            setFilter('all');
            void narrow(NO_FILTER);
          }}
        >
          Clear all and show every trace
        </Button>
      )}
    </div>
  );
}
