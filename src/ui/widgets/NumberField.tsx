/** Numbers typed, and yes-or-no. Half-typed numbers stay local until they are valid. */
import { type ReactNode, useId, useState } from 'react';
import { Field, type FieldProps } from './Field.tsx';
import { formatNumber } from './format.ts';
import './field.css';

export interface NumberFieldProps
  extends Pick<FieldProps, 'label' | 'help' | 'error' | 'unit' | 'inline'> {
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | 'any';
  /** Called with valid numbers only. */
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
}

function complaint(text: string, min: number, max: number): string | undefined {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return 'Give a number.';
  if (value < min) return `At least ${formatNumber(min)}.`;
  if (value > max) return `At most ${formatNumber(max)}.`;
  return undefined;
}

export function NumberField(props: NumberFieldProps) {
  const {
    value,
    min = -Infinity,
    max = Infinity,
    step = 'any',
    onChange,
    disabled,
    ...words
  } = props;
  /** What is being typed, while it is not (yet) the value. */
  const [draft, setDraft] = useState<string | null>(null);
  const problem = draft === null ? undefined : complaint(draft, min, max);
  return (
    <Field {...words} error={problem ?? words.error}>
      {(control) => (
        <input
          {...control}
          type="number"
          className="field__input"
          value={draft ?? value}
          min={Number.isFinite(min) ? min : undefined}
          max={Number.isFinite(max) ? max : undefined}
          step={step}
          disabled={disabled}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setDraft(text);
            if (complaint(text, min, max) === undefined) onChange(Number(text));
          }}
          onBlur={() => setDraft(null)}
        />
      )}
    </Field>
  );
}

export interface CheckboxProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Checkbox({ label, help, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div className="checkbox">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={help ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {help && (
        <p id={`${id}-note`} className="field__note">
          {help}
        </p>
      )}
    </div>
  );
}
