/** Choices that are in force, each removed by a press: one tab stop, Delete removes as well. */
import { useRef } from 'react';
import { Icon } from './Icon.tsx';
import { useRoving } from './use-roving.ts';
import './chips.css';

export interface Chip {
  readonly key: string;
  readonly words: string;
}

interface ChipsProps {
  /** What they are, for screen readers. */
  readonly label: string;
  /** Before the words when a screen reader says the button: "Remove filter". */
  readonly verb: string;
  readonly chips: readonly Chip[];
  readonly onRemove: (key: string) => void;
}

export function Chips({ label, verb, chips, onRemove }: ChipsProps) {
  const { onKeyDown, item } = useRoving(chips.length);
  const list = useRef<HTMLUListElement>(null);
  const remove = (index: number): void => {
    // the focus stays in the row: on what takes the place of the one that goes
    const controls = list.current?.querySelectorAll<HTMLElement>('[data-roving]');
    (controls?.[index + 1] ?? controls?.[index - 1])?.focus();
    onRemove(chips[index]!.key);
  };
  return (
    <ul ref={list} className="chips" aria-label={label} onKeyDown={onKeyDown}>
      {chips.map(({ key, words }, index) => (
        <li key={key}>
          <button
            type="button"
            className="chips__chip"
            aria-label={`${verb}: ${words}`}
            title={`${verb}: ${words}`}
            {...item(index)}
            onClick={() => remove(index)}
            onKeyDown={(event) => {
              if (event.key === 'Delete' || event.key === 'Backspace') remove(index);
            }}
          >
            <span>{words}</span>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
