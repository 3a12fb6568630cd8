/** The golden file of this repository, for tests. */
import { readFileSync } from 'node:fs';
import type { Golden } from '../../parity/golden-file.ts';

export function readGolden(): Golden {
  return JSON.parse(readFileSync(new URL('tracevae-golden.json', import.meta.url), 'utf8'));
}
