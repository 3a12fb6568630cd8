/** A term of the field with its explanation, on hover and on focus. */
import type { ReactNode } from 'react';
import { useExplanation } from './use-explanation.tsx';

export interface TermProps {
  /** One or two sentences. */
  readonly text: ReactNode;
  readonly children: ReactNode;
}

/** Holds a button, so it does not go into buttons, links and labels. */
export function Term({ text, children }: TermProps) {
  const { anchor, popover } = useExplanation(text);
  return (
    <span className="term">
      <button type="button" className="term__word" {...anchor}>
        {children}
      </button>
      {popover}
    </span>
  );
}
