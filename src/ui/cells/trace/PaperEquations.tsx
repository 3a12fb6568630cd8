/**
 * The equations of the paper. Each symbol says what it means, and what it is for the trace in the
 * inspector; pointing at a symbol lights it in the equation and in the list below.
 */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import Equation from '../../widgets/Equation.tsx';
import {
  PAPER_EQUATIONS,
  type PaperEquation,
  type SymbolId,
  symbolOf,
} from './equation-symbols.ts';
import './equations.css';

interface PaperEquationsProps {
  /** Of the trace in the inspector; empty without one. */
  readonly values: ReadonlyMap<SymbolId, string>;
}

export default function PaperEquations({ values }: PaperEquationsProps) {
  return (
    <ol className="paper-equations">
      {PAPER_EQUATIONS.map((equation) => (
        <li key={equation.number}>
          <OneEquation equation={equation} values={values} />
        </li>
      ))}
    </ol>
  );
}

interface OneEquationProps extends PaperEquationsProps {
  readonly equation: PaperEquation;
}

function OneEquation({ equation, values }: OneEquationProps) {
  const { number, section, says, tex, symbols } = equation;
  const box = useRef<HTMLElement>(null);
  const [lit, setLit] = useState<SymbolId | null>(null);
  useEffect(() => {
    if (lit === null) return;
    const marks = box.current?.querySelectorAll(`.symbol-${lit}`) ?? [];
    for (const mark of marks) mark.classList.add('paper-equation__lit');
    return () => {
      for (const mark of marks) mark.classList.remove('paper-equation__lit');
    };
  }, [lit]);
  const onPointerOver = (event: PointerEvent) => {
    const at = event.target as Element;
    // The innermost symbol: p(N|z) holds none of the others.
    setLit(symbols.find((id) => at.closest(`.symbol-${id}`) !== null) ?? null);
  };
  return (
    <figure ref={box} className="paper-equation" aria-label={`Equation (${number})`}>
      <figcaption className="paper-equation__says">
        ({number}) {section} · {says}
      </figcaption>
      <div onPointerOver={onPointerOver} onPointerLeave={() => setLit(null)}>
        <Equation tex={tex} display ownClasses />
      </div>
      <dl className="paper-equation__symbols">
        {symbols.map((id) => {
          const { tex: symbol, means } = symbolOf(id);
          const value = values.get(id);
          return (
            <div
              key={id}
              className={id === lit ? 'paper-equation__symbol--lit' : undefined}
              onPointerEnter={() => setLit(id)}
              onPointerLeave={() => setLit(null)}
            >
              <dt>
                <Equation tex={symbol} />
              </dt>
              <dd>
                {means}
                {value !== undefined && <strong>{value}</strong>}
              </dd>
            </div>
          );
        })}
      </dl>
    </figure>
  );
}
