/** A slider with its value beside the label, in words where the number alone says little. */
import { useId } from 'react';
import { Field, type FieldProps } from './Field.tsx';
import './slider-field.css';

export interface SliderFieldProps extends Pick<FieldProps, 'help'> {
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

export function SliderField(props: SliderFieldProps) {
  const { label, help, value, min, max, step, words, steps, onChange, disabled = false } = props;
  const ticks = useId();
  return (
    <Field
      label={
        <>
          {label} <output className="slider-field__value">{words}</output>
        </>
      }
      help={help}
    >
      {(control) => (
        <div className="slider-field">
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
              <div className="slider-field__steps" aria-hidden="true">
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
