/** A slider with its value beside the label, in words where the number alone says little. */
import { useId } from 'react';
import { Field, type FieldProps } from './Field.tsx';
import './range-field.css';

export interface RangeFieldProps extends Pick<FieldProps, 'help'> {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value as it is shown and said. */
  readonly words: string;
  /** Names under the slider, where every step has one. */
  readonly steps?: readonly string[];
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
}

export function RangeField(props: RangeFieldProps) {
  const { label, help, value, min, max, step, words, steps, onChange, disabled = false } = props;
  const ticks = useId();
  return (
    <Field
      label={
        <>
          {label} <output className="range-field__value">{words}</output>
        </>
      }
      help={help}
    >
      {(control) => (
        <div className="range-field">
          <input
            {...control}
            type="range"
            aria-label={label}
            aria-valuetext={words}
            list={steps === undefined ? undefined : ticks}
            value={value}
            min={min}
            max={max}
            step={step}
            disabled={disabled}
            onChange={(event) => onChange(Number(event.currentTarget.value))}
          />
          {steps !== undefined && (
            <>
              <datalist id={ticks}>
                {steps.map((name, i) => (
                  <option key={name} value={min + i * step} />
                ))}
              </datalist>
              <div className="range-field__steps" aria-hidden="true">
                {steps.map((name, i) => (
                  <span key={name} data-chosen={value === min + i * step}>
                    {name}
                  </span>
                ))}
              </div>
            </>
          )}
        </div>
      )}
    </Field>
  );
}
