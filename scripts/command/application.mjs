// @ts-check
/** Which application this is. */
import { readFileSync } from 'node:fs';

/** @returns {{ name: string, version: string }} */
export function application() {
  const { name, version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return { name, version };
}
