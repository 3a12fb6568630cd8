/** The headers that docs/deploying.md tells are those that the page is served with. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  COMMON_HEADERS,
  IMMUTABLE,
  isHashed,
  META_POLICY,
  PAGE_POLICY,
  WORKER_POLICY,
} from '../../security-headers.ts';

const docs = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');
const [, ...servers] = docs.split(/^## /m);

test.each(['nginx', 'Caddy', 'Netlify'])('%s sets every header', (name) => {
  const section = servers.find((one) => one.startsWith(name))!;
  for (const text of [PAGE_POLICY, WORKER_POLICY, IMMUTABLE]) expect(section).toContain(text);
  for (const [header, value] of Object.entries(COMMON_HEADERS)) {
    expect(section.replaceAll('"', '')).toMatch(new RegExp(`${header}:? ${escaped(value)}`));
  }
});

const escaped = (text: string): string => text.replace(/[()]/g, '\\$&');

test('no page frames this one, which a meta element cannot say', () => {
  expect(PAGE_POLICY).toContain("frame-ancestors 'none'");
  expect(META_POLICY).not.toContain('frame-ancestors');
});

test('files named by their content last for ever, all others are asked for again', () => {
  for (const path of ['/assets/entry-D12R5yoe.js', '/assets/Equation-m1TVxATH.js?x']) {
    expect(isHashed(path)).toBe(true);
  }
  for (const path of ['/', '/index.html', '/icon.svg', '/sw.js', '/assets/entry.js']) {
    expect(isHashed(path)).toBe(false);
  }
});
