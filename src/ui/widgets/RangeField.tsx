/** A lowest and a highest number, either of which may be left open. */
import { useId, useState } from 'react';
import type { OpenRange } from '../../inspect/trace-query.ts';
import './field.css';
import './range-field.css';

export interface RangeFieldProps {
  readonly label: string;
  readonly unit?: string;
  readonly value: OpenRange;
  readonly onChange: (range: OpenRange) => void;
}

export function RangeField({ label, unit, value, onChange }: RangeFieldProps) {
  const [from, to] = value;
  return (
    <fieldset className="range-field">
      <legend className="field__label">
        {label}
        {unit !== undefined && `, ${unit}`}
      </legend>
      <div className="range-field__ends">
        <End label={`${label} from`} value={from} onChange={(next) => onChange([next, to])} />
        <span aria-hidden="true">–</span>
        <End label={`${label} to`} value={to} onChange={(next) => onChange([from, next])} />
      </div>
    </fieldset>
  );
}

interface EndProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

function End({ label, value, onChange }: EndProps) {
  const id = useId();
  /** What is being typed, while it is no number yet. */
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <input
      id={id}
      type="number"
      step="any"
      className="field__input"
      aria-label={label}
      placeholder="any"
      value={draft ?? value ?? ''}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const number = Number(text);
        if (text.trim() === '') onChange(null);
        else if (Number.isFinite(number)) onChange(number);
        setDraft(text);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
