/** A name that is changed in its place: Enter takes it, Escape leaves it as it was. */
import { type FormEvent, useState } from 'react';
import { Button } from './Button.tsx';
import './field.css';
import './name-form.css';

export interface NameFormProps {
  readonly name: string;
  /** Not called for an empty or unchanged name. */
  readonly onName: (name: string) => void;
  readonly onDone: () => void;
}

export function NameForm({ name: before, onName, onDone }: NameFormProps) {
  const [name, setName] = useState(before);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed !== '' && trimmed !== before) onName(trimmed);
    onDone();
  };
  return (
    <form className="name-form" onSubmit={submit}>
      <input
        className="field__input"
        aria-label="New name"
        value={name}
        ref={takeFocus}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
        }}
      />
      <Button size="small" onClick={submit}>
        Save name
      </Button>
    </form>
  );
}

/** What was asked for by a button goes on with the keyboard. */
const takeFocus = (control: HTMLElement | null): void => control?.focus();
