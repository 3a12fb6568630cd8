/** Choosing one of a few: a native select, and a row of segments where all should be in sight. */
import { type ReactNode, useId, useState } from 'react';
import { Field, type FieldProps } from './Field.tsx';
import './field.css';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
}

type FieldWords = Pick<FieldProps, 'label' | 'help' | 'error' | 'inline'>;

export interface SelectProps<T extends string> extends FieldWords {
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

/** Of more choices, as of thousands of files, the page is laid out without those not chosen. */
const AT_ONCE = 200;

export function Select<T extends string>(props: SelectProps<T>) {
  const { value, options, onChange, disabled = false, ...words } = props;
  // The others are there before the list opens: a press and a focus come first.
  const [isAsked, setAsked] = useState(false);
  const ask = (): void => setAsked(true);
  const shown =
    isAsked || options.length <= AT_ONCE
      ? options
      : options.filter((option) => option.value === value);
  return (
    <Field {...words}>
      {(control) => (
        <select
          {...control}
          className="field__select"
          value={value}
          disabled={disabled}
          onFocus={ask}
          onPointerDown={ask}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {shown.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface SegmentedControlProps<T extends string> {
  readonly label: ReactNode;
  /** The label is said but not shown, where the segments speak for themselves. */
  readonly hideLabel?: boolean;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

/** Radio buttons underneath, so arrow keys and screen readers know them. */
export function SegmentedControl<T extends string>(props: SegmentedControlProps<T>) {
  const { label, hideLabel = false, value, options, onChange, disabled = false } = props;
  const name = useId();
  return (
    <fieldset className="segments" disabled={disabled}>
      <legend className={hideLabel ? 'said-only' : 'field__label'}>{label}</legend>
      <div className="segments__row">
        {options.map((option) => (
          <label key={option.value} className="segments__item">
            <input
              type="radio"
              name={name}
              className="said-only"
              value={option.value}
              checked={option.value === value}
              disabled={option.disabled}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
