import { expect, test } from 'vitest';
import { isolated } from './isolated.ts';

test('a host that sets no headers gets those that threads need', async () => {
  const response = isolated(new Response('page', { headers: { 'Content-Type': 'text/html' } }));
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': 'text/html',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(await response.text()).toBe('page');
});

test('what a host sets stays', () => {
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'credentialless',
    'Cross-Origin-Resource-Policy': 'same-site',
    'Content-Security-Policy': "worker-src 'self' blob:",
  };
  const response = new Response('worker', { headers });
  expect(isolated(response)).toBe(response);
});
