/**
 * Files that could not be read, among many that could: grouped by what is wrong with them. Few files
 * come in together or not at all; of many, one that is broken or no traces at all does not cost the others.
 */
import type { Failure } from '../base/result.ts';

export interface UnreadFiles {
  readonly what: string;
  readonly advice: string;
  /** Files. */
  readonly count: number;
  /** Where, of the first few: the file, and the place in it where it is known. */
  readonly first: readonly string[];
}

const MOST_GROUPS = 20;
const MOST_NAMED = 20;
/** What is left when each file of a great many has a failure of its own. */
const OTHERS: Pick<UnreadFiles, 'what' | 'advice'> = {
  what: 'other failures',
  advice: 'Give one of these files alone to see what is wrong with it.',
};

export interface UnreadFilesBuilder {
  add(failure: Failure): void;
  /** In the order of their first files. */
  finish(): readonly UnreadFiles[];
}

export function createUnreadFiles(): UnreadFilesBuilder {
  const groups = new Map<string, { advice: string; count: number; first: string[] }>();
  return {
    add: (failure) => {
      const isNew = !groups.has(failure.what);
      const { what, advice } = isNew && groups.size >= MOST_GROUPS - 1 ? OTHERS : failure;
      const group = groups.get(what) ?? { advice, count: 0, first: [] };
      groups.set(what, group);
      group.count += 1;
      if (group.first.length < MOST_NAMED) group.first.push(failure.where);
    },
    finish: () => Array.from(groups, ([what, group]) => ({ what, ...group })),
  };
}
