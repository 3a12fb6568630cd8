/** Records that were stored: each carries a formatVersion, and one of another version is left alone. */
import { err, type Failure, ok, type Result } from './result.ts';

/** A record of this version that has these keys, or what is wrong with it. */
export function checkRecord<T>(
  value: unknown,
  what: string,
  version: number,
  keys: readonly string[],
): Result<T, Failure> {
  const where = 'browser storage';
  if (typeof value !== 'object' || value === null) {
    return err({ what: `the stored ${what} is not a record`, where, advice: 'import it again' });
  }
  const found = 'formatVersion' in value ? value.formatVersion : undefined;
  if (found !== version) {
    return err({
      what: `the stored ${what} has format ${String(found)}, this build reads ${version}`,
      where,
      advice: 'open it with the build that wrote it, or import or train again',
    });
  }
  const missing = keys.filter((key) => !(key in value));
  if (missing.length > 0) {
    return err({
      what: `the stored ${what} lacks ${missing.join(', ')}`,
      where,
      advice: 'import it again',
    });
  }
  return ok(value as T);
}
