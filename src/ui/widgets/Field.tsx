/** A labelled control: label, control, unit and help text, tied together for screen readers. */
import { type ReactNode, useId } from 'react';
import './field.css';

/** What the control inside a field must carry. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

export interface FieldProps {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  /** Shown instead of the help, and marks the control as invalid. */
  readonly error?: ReactNode;
  readonly unit?: ReactNode;
  /** Label beside the control instead of above it. */
  readonly inline?: boolean;
  readonly children: (control: FieldControl) => ReactNode;
}

export function Field({ label, help, error, unit, inline = false, children }: FieldProps) {
  const id = useId();
  const note = error ?? help;
  const wrong = error !== undefined && error !== null;
  return (
    <div className={inline ? 'field field--inline' : 'field'}>
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <div className="field__control">
        {children({
          id,
          'aria-describedby': note ? `${id}-note` : undefined,
          'aria-invalid': wrong || undefined,
        })}
        {unit !== undefined && unit !== '' && <span className="field__unit">{unit}</span>}
      </div>
      {note && (
        <p id={`${id}-note`} className={wrong ? 'field__note field__note--error' : 'field__note'}>
          {note}
        </p>
      )}
    </div>
  );
}
