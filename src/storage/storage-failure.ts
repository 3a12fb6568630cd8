/** What the browser says when storing fails, in words. */
import { err, type Failure, ok, type Result } from '../base/result.ts';

const STORAGE = 'browser storage';

/** By the name of the browser's exception. */
const WORDS: Readonly<Record<string, Pick<Failure, 'what' | 'advice'>>> = {
  QuotaExceededError: {
    what: 'the browser has no room left for this page; what was stored before is kept',
    advice: 'delete a stored dataset or free disk space, then store again',
  },
  SecurityError: {
    what: 'this browser lets the page store nothing: site data are blocked for its address',
    advice:
      'work goes on in memory and is lost on reload; allow site data for this address to keep it',
  },
  VersionError: {
    what: 'a newer version of the notebook has stored here, which this page cannot read',
    advice: 'reload the page to get the newer version; what is stored is kept',
  },
  DataCloneError: {
    what: 'this cannot be stored as it is',
    advice: 'report it; what was stored before is kept',
  },
};

const CLOSED: Pick<Failure, 'what' | 'advice'> = {
  what: 'the connection to the browser’s storage was closed, as where site data are cleared',
  advice: 'try again: the page connects anew; what is on the page is kept',
};

const NO_MEMORY: Pick<Failure, 'what' | 'advice'> = {
  what: 'this page has not enough memory to read or store it',
  advice: 'close other tabs, or reload the page',
};

export function storageFailure(cause: unknown): Failure {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
  const said =
    WORDS[name] ??
    (isConnectionGone(cause) ? CLOSED : cause instanceof RangeError ? NO_MEMORY : null);
  if (said !== null) return { ...said, where: STORAGE };
  return {
    what: `the browser’s storage failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    where: STORAGE,
    advice: 'work goes on in memory and is lost on reload; private windows often forbid storage',
  };
}

/** Whether there was no room for it. */
export const isNoRoom = ({ what }: Pick<Failure, 'what'>): boolean =>
  what === WORDS.QuotaExceededError?.what;

/** What a transaction fails with once its connection has been closed under it. */
export const isConnectionGone = (cause: unknown): boolean =>
  cause instanceof DOMException &&
  (cause.name === 'InvalidStateError' || cause.name === 'AbortError');

export const damaged = (dataset: string, fault: string): Failure => ({
  what: `the stored dataset "${dataset}" is damaged: ${fault}`,
  where: STORAGE,
  advice: 'delete it, and import its files again',
});

export async function guarded<T>(work: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await work());
  } catch (cause) {
    return err(storageFailure(cause));
  }
}
