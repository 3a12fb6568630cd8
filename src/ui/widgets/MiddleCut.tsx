/**
 * A name on one line that is cut in its middle where it does not fit, since names of calls and ids
 * differ at their ends. The whole of it is there for screen readers, for copying, and on hover.
 */
import './middle-cut.css';

export interface MiddleCutProps {
  readonly text: string;
  /** Characters at the end that stay. */
  readonly tail?: number;
}

export function MiddleCut({ text, tail = 14 }: MiddleCutProps) {
  const characters = Array.from(text);
  const cut = characters.length <= tail ? 0 : characters.length - tail;
  return (
    <span className="middle-cut" title={text}>
      {cut > 0 && <span className="middle-cut__head">{characters.slice(0, cut).join('')}</span>}
      <span className="middle-cut__tail">{characters.slice(cut).join('')}</span>
    </span>
  );
}
