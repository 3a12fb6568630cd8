/**
 * An equation in TeX, set by KaTeX; loaded when the first one is shown. KaTeX makes elements, not
 * markup, so the page's policy on styles holds, and what cannot be set stands as it was written.
 */
import katex from 'katex';
import { useLayoutEffect, useRef, useState } from 'react';
import 'katex/dist/katex.min.css';
import './equation.css';

export interface EquationProps {
  readonly tex: string;
  /** On a line of its own. */
  readonly display?: boolean;
  /** `\htmlClass` of this page's own equations, never of written ones. */
  readonly ownClasses?: boolean;
}

/** A written equation may not grow without end. */
const LIMITS = { maxExpand: 500, maxSize: 20 } as const;

export default function Equation({ tex, display = false, ownClasses = false }: EquationProps) {
  const box = useRef<HTMLSpanElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    try {
      katex.render(tex, element, {
        ...LIMITS,
        displayMode: display,
        strict: 'ignore',
        trust: ({ command }) => ownClasses && command === '\\htmlClass',
      });
      setFault(null);
    } catch (cause) {
      element.textContent = tex;
      setFault(cause instanceof Error ? cause.message.replace(/^KaTeX parse error: /, '') : '');
    }
  }, [tex, display, ownClasses]);
  return (
    <span className={display ? 'equation equation--display' : 'equation'}>
      <span ref={box} className={fault === null ? undefined : 'equation__fault mono'} />
      {fault !== null && <span className="equation__why"> (no equation: {fault})</span>}
    </span>
  );
}
