/** Asks which column of a table is what, with its first rows beside the answer. */
import { useState } from 'react';
import {
  COLUMN_ROLES,
  type ColumnMapping,
  type ColumnRole,
  mappingFault,
  ROLE_WORDS,
  TIME_UNITS,
  type TimeUnit,
  tellUnits,
  type UnmappedTable,
} from '../../../stores/dataset/mapping-memory.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Dialog } from '../../widgets/Dialog.tsx';
import { Select } from '../../widgets/Select.tsx';
import { MappingFacts } from './MappingFacts.tsx';
import { columnName, columnOptions, wordsOf } from './mapping-words.ts';
import { UnitQuestion } from './UnitQuestion.tsx';
import { isTime, openQuestions, UNIT_WORDS, type UnitKey } from './unit-questions.ts';
import './mapping-dialog.css';

/** What a role may do without, in the words of its empty choice. */
const WITHOUT: Readonly<Record<ColumnRole, string>> = {
  trace: 'choose a column',
  span: 'choose a column',
  parent: 'choose a column',
  service: 'none: one service',
  operation: 'choose a column',
  start: 'none',
  end: 'none',
  duration: 'none: end minus start',
  label: 'none: no labels',
};

const UNITS = TIME_UNITS.map((value) => ({ value, label: UNIT_WORDS[value] }));

export function MappingDialog() {
  const status = useDataset((d) => d.status);
  const cancel = useDataset((d) => d.dismissFailure);
  if (status.phase !== 'asking') return null;
  // Another table is another question: nothing of the last answer stays.
  const { table } = status;
  return (
    <Question key={`${table.fileName} ${table.header.join()}`} table={table} onCancel={cancel} />
  );
}

interface QuestionProps {
  readonly table: UnmappedTable;
  readonly onCancel: () => void;
}

function Question({ table, onCancel }: QuestionProps) {
  const answer = useDataset((d) => d.mapColumns);
  const [mapping, setMapping] = useState<ColumnMapping>(table.guess);
  /** Units that the person has chosen for the columns as they are now. */
  const [chosen, setChosen] = useState<readonly UnitKey[]>([]);
  const { columns } = mapping;
  const told = tellUnits(table.header, table.rows, columns);
  const questions = openQuestions(table, mapping, told).filter(({ key }) => !chosen.includes(key));
  const fault = mappingFault(mapping) ?? (questions.length > 0 ? 'say which unit is right' : null);
  /** Another column is another unit: told from the evidence each time. */
  const assign = (role: ColumnRole, cell: number): void => {
    const next = { ...columns, [role]: cell };
    const { clock, duration } = tellUnits(table.header, table.rows, next);
    setMapping({
      ...mapping,
      columns: next,
      clockUnit: chosen.includes('clockUnit') && !isTime(role) ? mapping.clockUnit : clock.unit,
      durationUnit:
        chosen.includes('durationUnit') && !isTime(role) ? mapping.durationUnit : duration.unit,
    });
    if (isTime(role)) setChosen([]);
  };
  const chooseUnit = (key: UnitKey, unit: TimeUnit): void => {
    setMapping({ ...mapping, [key]: unit });
    setChosen([...chosen, key]);
  };
  const clocked = columns.start >= 0 || columns.end >= 0;

  return (
    <Dialog
      title={`Which column is what in ${table.fileName}?`}
      onCancel={onCancel}
      actions={
        <>
          {fault !== null && (
            <p className="mapping__fault" role="status">
              {fault}
            </p>
          )}
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant="primary" disabled={fault !== null} onClick={() => void answer(mapping)}>
            Import
          </Button>
        </>
      }
    >
      <p className="mapping__words">
        One row is one span. The answer is remembered for tables with the same header.
      </p>
      <div className="mapping__roles">
        {COLUMN_ROLES.map((role) => (
          <Select
            key={role}
            label={ROLE_WORDS[role]}
            value={String(columns[role])}
            options={columnOptions(table.header, WITHOUT[role])}
            onChange={(cell) => assign(role, Number(cell))}
          />
        ))}
        {clocked && (
          <Select
            label="unit of start and end"
            help="Dates such as 2023-01-29 08:42:48 are read as they are."
            value={mapping.clockUnit}
            options={UNITS}
            onChange={(unit) => chooseUnit('clockUnit', unit)}
          />
        )}
        {columns.duration >= 0 && (
          <Select
            label="unit of duration"
            value={mapping.durationUnit}
            options={UNITS}
            onChange={(unit) => chooseUnit('durationUnit', unit)}
          />
        )}
      </div>
      {questions.map((question) => (
        <UnitQuestion
          key={question.key}
          table={table}
          mapping={mapping}
          question={question}
          onChoose={(unit) => chooseUnit(question.key, unit)}
        />
      ))}
      {mapping.facts && (
        <MappingFacts
          header={table.header}
          facts={mapping.facts}
          onChange={(facts) => setMapping({ ...mapping, facts })}
        />
      )}
      <Preview table={table} mapping={mapping} />
    </Dialog>
  );
}

function Preview({ table, mapping }: { table: UnmappedTable; mapping: ColumnMapping }) {
  const classOf = (cell: number): string | undefined =>
    wordsOf(mapping, cell).length > 0 ? 'mapping__used' : undefined;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the keyboard
    <section className="mapping__preview" aria-label="First rows" tabIndex={0}>
      <table className="mapping__table">
        <thead>
          <tr>
            {table.header.map((name, cell) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may share a name
              <th key={cell} scope="col" className={classOf(cell)}>
                {columnName(name, cell)}
                <span className="mapping__role">
                  {wordsOf(mapping, cell).join(', ') || 'not used'}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, SHOWN_ROWS).map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
            <tr key={i}>
              {row.map((value, cell) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: nor do cells
                <td key={cell} className={classOf(cell)}>
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Rows of the table that are shown. */
const SHOWN_ROWS = 5;
