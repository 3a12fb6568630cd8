/** Which model scored the traces, where they did not train it, and how far they have moved from it. */
import { keptWords } from '../../../stores/run/kept-words.ts';
import type { Scored } from './scored.tsx';

export function KeptNote({ scored: { run, scores } }: { readonly scored: Scored }) {
  const words = keptWords(run.settings, scores);
  return words.length === 0 ? null : <p className="quiet">{words.join(' ')}</p>;
}
