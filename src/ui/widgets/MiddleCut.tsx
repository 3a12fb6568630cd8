/**
 * A name on one line that is cut in its middle where it does not fit, since names of calls and ids
 * differ at their ends. The whole of it is there for screen readers, for copying, and on hover.
 */
import './middle-cut.css';

/** Characters at the end that stay. */
const TAIL = 14;

export function MiddleCut({ text }: { readonly text: string }) {
  const characters = Array.from(text);
  const cut = characters.length <= TAIL ? 0 : characters.length - TAIL;
  return (
    <span className="middle-cut" title={text}>
      {cut > 0 && <span className="middle-cut__head">{characters.slice(0, cut).join('')}</span>}
      <span className="middle-cut__tail">{characters.slice(cut).join('')}</span>
    </span>
  );
}
