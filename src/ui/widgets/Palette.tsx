/**
 * A list to type into: what matches is shown, arrows move, Enter takes it, Escape closes. A modal
 * dialog with a combobox, so that the focus stays in the text.
 */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { matching } from './palette-match.ts';
import './palette.css';

export interface PaletteItem {
  readonly id: string;
  readonly title: string;
  /** Items of one group stand together. */
  readonly group: string;
  /** The key that does the same. */
  readonly keys?: string;
  readonly run: () => void;
}

export interface PaletteProps {
  readonly label: string;
  readonly items: readonly PaletteItem[];
  readonly onClose: () => void;
}

export function Palette({ label, items, onClose }: PaletteProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const shown = useMemo(() => matching(items, query), [items, query]);
  const at = Math.min(active, shown.length - 1);

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the active item
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, shown]);

  const take = (item: PaletteItem | undefined) => {
    if (item === undefined) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(shown.length - 1, at + move)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(shown[at]);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) onClose(); // the backdrop
      }}
    >
      <input
        className="palette__query"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        placeholder="Type what to do"
        spellCheck={false}
        autoComplete="off"
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${id}-list`} className="palette__list" role="listbox" aria-label={label}>
        {shown.map((item, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: active by aria-activedescendant
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox hears the keys
          <div
            key={item.id}
            id={`${id}-${i}`}
            className="palette__item"
            role="option"
            aria-selected={i === at}
            onPointerMove={() => setActive(i)}
            onClick={() => take(item)}
          >
            <span className="palette__title">{item.title}</span>
            <span className="palette__group">
              {item.group}
              {item.keys !== undefined && <kbd>{item.keys}</kbd>}
            </span>
          </div>
        ))}
      </div>
      {shown.length === 0 && (
        <p className="palette__none" role="status">
          Nothing is called so.
        </p>
      )}
    </dialog>
  );
}
