/** What the word before the caret of a formula can become, as editors complete names. */
import { FUNCTIONS } from './check.ts';
import { EDGE_TERMS, TERMS } from './terms.ts';

export interface Completion {
  /** As it is listed: "kl.z2", "topk(3, x)". */
  readonly written: string;
  readonly words: string;
  /** What takes the place of the word, the caret behind it. */
  readonly insert: string;
}

export interface Completions {
  /** First character of the word that is replaced, up to the caret. */
  readonly from: number;
  readonly options: readonly Completion[];
}

const ALL: readonly Completion[] = [
  ...TERMS.map(({ name, words, unit }) => ({
    written: name,
    words: unit === '' ? words : `${words} (${unit})`,
    insert: name,
  })),
  ...EDGE_TERMS.map(({ name, words }) => ({
    written: `${name}(p)`,
    words,
    insert: `${name}(0.5)`,
  })),
  // what is inserted ends within the brackets: their inside is typed next
  ...FUNCTIONS.map(({ written, words }) => ({
    written,
    words,
    insert: written.startsWith('topk') ? 'topk(3, ' : `${written.split('(')[0]}(`,
  })),
];

const WORD = /[a-z_][a-z0-9_.]*$/i;

/** Names that begin with the word before the caret come first, then those that have it within. */
export function completeFormula(text: string, caret: number): Completions {
  const word = WORD.exec(text.slice(0, caret))?.[0].toLowerCase() ?? '';
  const from = caret - word.length;
  if (word === '') return { from, options: ALL };
  const named = ALL.filter(({ insert }) => insert.includes(word));
  const begins = named.filter(({ insert }) => insert.startsWith(word));
  const others = named.filter((one) => !begins.includes(one));
  return { from, options: [...begins, ...others] };
}
