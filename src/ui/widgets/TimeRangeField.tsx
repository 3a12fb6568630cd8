/** From one moment to another, in the reader's time zone, either of which may be left open. */
import type { OpenRange } from '../../inspect/trace-query.ts';
import './field.css';
import './range-field.css';

interface TimeRangeProps {
  readonly label: string;
  /** ms since the epoch */
  readonly value: OpenRange;
  readonly onChange: (range: OpenRange) => void;
}

export function TimeRangeField({ label, value, onChange }: TimeRangeProps) {
  const [from, to] = value;
  return (
    <fieldset className="range-field">
      <legend className="field__label">{label}</legend>
      <div className="range-field__ends range-field__ends--times">
        <Moment label={`${label} from`} ms={from} onChange={(next) => onChange([next, to])} />
        <span aria-hidden="true">–</span>
        <Moment label={`${label} to`} ms={to} onChange={(next) => onChange([from, next])} />
      </div>
    </fieldset>
  );
}

interface MomentProps {
  readonly label: string;
  readonly ms: number | null;
  readonly onChange: (ms: number | null) => void;
}

function Moment({ label, ms, onChange }: MomentProps) {
  return (
    <input
      type="datetime-local"
      step={1}
      className="field__input"
      aria-label={label}
      value={ms === null ? '' : localMoment(ms)}
      onChange={(event) => {
        const next = new Date(event.currentTarget.value).getTime();
        onChange(Number.isNaN(next) ? null : next);
      }}
    />
  );
}

/** As the control writes it: whole seconds, no zone. Empty where no calendar has the moment. */
function localMoment(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60e3);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19);
}
