/** What the browser says when storing fails, in words. */
import { err, type Failure, ok, type Result } from '../base/result.ts';

const STORAGE = 'browser storage';

export function storageFailure(cause: unknown): Failure {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'QuotaExceededError') {
    return {
      what: 'the browser has no room left for this page; what was stored before is kept',
      where: STORAGE,
      advice: 'delete a stored dataset or free disk space, then store again',
    };
  }
  return {
    what: `storing failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    where: STORAGE,
    advice: 'work goes on in memory and is lost on reload; private windows often forbid storage',
  };
}

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
