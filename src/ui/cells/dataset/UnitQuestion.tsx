/** Asks in which unit a column counts: three spans of the table in both units that it may be. */
import type {
  ColumnMapping,
  TimeUnit,
  UnmappedTable,
} from '../../../stores/dataset/mapping-memory.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatMs } from '../../widgets/format.ts';
import { exampleSpans, type OpenQuestion, UNIT_WORDS } from './unit-questions.ts';

interface UnitQuestionProps {
  readonly table: UnmappedTable;
  readonly mapping: ColumnMapping;
  readonly question: OpenQuestion;
  readonly onChoose: (unit: TimeUnit) => void;
}

const SUBJECT = { clockUnit: 'start and end', durationUnit: 'the duration' } as const;

export function UnitQuestion({ table, mapping, question, onChoose }: UnitQuestionProps) {
  const { key, units, why } = question;
  const spans = exampleSpans(table, mapping, question);
  return (
    <section className="mapping__question" aria-label={`Unit of ${SUBJECT[key]}`}>
      <p className="mapping__words">
        How long are these spans? The unit of {SUBJECT[key]} is not certain: {why}.
      </p>
      <table className="mapping__table">
        <thead>
          <tr>
            <th scope="col">span</th>
            <th scope="col">in the table</th>
            {units.map((unit) => (
              <th key={unit} scope="col">
                in {UNIT_WORDS[unit]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spans.map(({ name, raw, ms }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans never move
            <tr key={i}>
              <td>{name}</td>
              <td>{raw}</td>
              {ms.map((value, unit) => (
                <td key={units[unit]}>{formatMs(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="mapping__units">
        {units.map((unit) => (
          <Button key={unit} onClick={() => onChoose(unit)}>
            They are in {UNIT_WORDS[unit]}
          </Button>
        ))}
      </div>
    </section>
  );
}
