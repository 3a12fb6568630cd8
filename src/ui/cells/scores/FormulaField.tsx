/** The text of a formula, with completion, and a mark where it goes wrong. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Failure } from '../../../base/result.ts';
import { checkFormula } from '../../../scoring/formula/check.ts';
import { type Completion, completeFormula } from '../../../scoring/formula/complete.ts';
import { LONGEST_FORMULA } from '../../../scoring/formula/parse.ts';
import { Field } from '../../widgets/Field.tsx';
import './formula-field.css';

export interface FormulaFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly refused: Failure | null;
}

const HELP =
  'Terms, numbers, + − * / ^, comparisons and functions: full + 2*kl.z2. Higher is more anomalous.';

/** A combobox whose list completes the word before the caret. */
export function FormulaField({ text, onText, refused }: FormulaFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [caret, setCaret] = useState(0);
  const [isListed, setIsListed] = useState(false);
  const [active, setActive] = useState(0);
  const { from, options } = useMemo(() => completeFormula(text, caret), [text, caret]);
  const isShown = isListed && options.length > 0;
  const at = Math.min(active, options.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the active option
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, isShown]);

  const moved = () => setCaret(input.current?.selectionStart ?? text.length);
  const take = ({ insert }: Completion) => {
    const next = text.slice(0, from) + insert + text.slice(caret);
    const place = from + insert.length;
    onText(next.slice(0, LONGEST_FORMULA));
    setIsListed(false);
    // once the text is in the control
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(place, place);
      setCaret(place);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined && options.length > 0) {
      event.preventDefault();
      if (isShown) setActive((at + move + options.length) % options.length);
      else {
        setActive(0);
        setIsListed(true);
      }
    } else if (isShown && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      take(options[at]!);
    } else if (isShown && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      setIsListed(false);
    }
  };
  return (
    <div className="formula-field">
      <Field
        label="Formula"
        help={HELP}
        error={refused === null ? undefined : <Wrong text={text} refused={refused} />}
      >
        {(control) => (
          <input
            {...control}
            ref={input}
            className="field__input formula-field__input"
            role="combobox"
            aria-expanded={isShown}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={isShown ? `${id}-${at}` : undefined}
            maxLength={LONGEST_FORMULA}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={text}
            onChange={(event) => {
              onText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
              setActive(0);
              setIsListed(/[a-z_.]$/i.test(event.currentTarget.value.slice(0, caretOf(event))));
            }}
            onKeyDown={onKeyDown}
            onSelect={moved}
            onBlur={() => setIsListed(false)}
          />
        )}
      </Field>
      <div
        ref={list}
        id={`${id}-list`}
        className="formula-field__list"
        role="listbox"
        aria-label="Terms and functions"
        hidden={!isShown}
      >
        {isShown &&
          options.map((option, i) => (
            // biome-ignore lint/a11y/useFocusableInteractive: active by aria-activedescendant
            // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox hears the keys
            <div
              key={option.written}
              id={`${id}-${i}`}
              className="formula-field__option"
              role="option"
              aria-selected={i === at}
              // the text keeps the focus
              onPointerDown={(event) => event.preventDefault()}
              onPointerMove={() => setActive(i)}
              onClick={() => take(option)}
            >
              <code>{option.written}</code>
              <span>{option.words}</span>
            </div>
          ))}
      </div>
    </div>
  );
}

interface WrongProps {
  readonly text: string;
  readonly refused: Failure;
}

/** The formula up to where it goes wrong, that place marked, and what was expected there. */
function Wrong({ text, refused }: WrongProps) {
  const checked = checkFormula(text);
  if (checked.ok) return `${sentence(refused.what)} ${sentence(refused.advice ?? '')}`;
  const { at, what, expected } = checked.error;
  const word = /^[a-z0-9_.]+|^./i.exec(text.slice(at))?.[0] ?? ' ';
  return (
    <>
      <code className="formula-field__place">
        {at > SHOWN_BEFORE && '…'}
        {text.slice(Math.max(0, at - SHOWN_BEFORE), at)}
        <mark>{word}</mark>
      </code>
      {`Character ${at + 1}: ${what}. Expected: ${expected}.`}
    </>
  );
}

/** Characters before the place, enough to find it again. */
const SHOWN_BEFORE = 40;

const sentence = (words: string): string =>
  words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

const caretOf = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): number =>
  currentTarget.selectionStart ?? currentTarget.value.length;
