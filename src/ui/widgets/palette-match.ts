/** Which items a typed text means: every typed word has to begin a word of the item, best first. */

interface Titled {
  readonly title: string;
  readonly group: string;
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Items that match, those first whose title begins as typed; all of them for an empty text. */
export function matching<T extends Titled>(items: readonly T[], query: string): readonly T[] {
  const typed = wordsOf(query);
  if (typed.length === 0) return items;
  const rank = (item: T): number => {
    const title = wordsOf(item.title);
    const all = [...title, ...wordsOf(item.group)];
    if (!typed.every((word) => all.some((candidate) => candidate.startsWith(word)))) {
      return item.title.toLowerCase().includes(query.trim().toLowerCase()) ? 3 : Infinity;
    }
    if (typed.every((word, i) => title[i]?.startsWith(word))) return 0;
    return typed.every((word) => title.some((candidate) => candidate.startsWith(word))) ? 1 : 2;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter((ranked) => ranked.rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
