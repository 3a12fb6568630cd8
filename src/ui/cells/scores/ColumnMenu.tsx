/** Which columns the list shows: those that say the same in every row are put away, and said here. */
import type { TraceColumn } from '../../../stores/scores/trace-list-store.ts';
import type { TraceRow } from '../../../stores/scores/trace-list-view.ts';
import { usePreferences } from '../../app/notebook-context.ts';
import { Checkbox } from '../../widgets/NumberField.tsx';
import type { TraceColumnView } from './trace-columns.tsx';

interface ColumnMenuProps {
  readonly columns: readonly TraceColumnView[];
  readonly same: ReadonlySet<TraceColumn>;
  /** Any row of the list: says what is the same. */
  readonly example: TraceRow;
}

/** Whether a column is shown: as it was chosen, or else unless it waits, or tells no rows apart. */
export const isShown = (
  { key, aside = false }: TraceColumnView,
  same: ReadonlySet<TraceColumn>,
  chosen: Readonly<Record<string, boolean>>,
): boolean => (Object.hasOwn(chosen, key) ? chosen[key]! : !aside && !same.has(key));

export function ColumnMenu({ columns, same, example }: ColumnMenuProps) {
  const chosen = usePreferences((p) => p.columns);
  const showColumn = usePreferences((p) => p.showColumn);
  return (
    <fieldset className="column-menu">
      <legend className="said-only">Columns</legend>
      {columns.map((column) => (
        <Checkbox
          key={column.key}
          checked={isShown(column, same, chosen)}
          onChange={(shown) => {
            // what it would be unasked need not be remembered
            const unasked = isShown(column, same, {});
            showColumn(column.key, shown === unasked ? null : shown);
          }}
          label={
            <>
              {column.name}
              {same.has(column.key) && (
                <span className="quiet"> · {column.render(example)} in every row</span>
              )}
            </>
          }
        />
      ))}
    </fieldset>
  );
}
