import { expect, test } from 'vitest';
import { jobThrew } from './worker-failures.ts';

test.each([
  new RangeError('Array buffer allocation failed'),
  new RangeError('Invalid typed array length: 9000000000'),
  new WebAssembly.RuntimeError('memory access out of bounds'),
  new Error('Aborted(OOM)'),
  'abort(Cannot enlarge memory arrays)',
])('%s is no room in memory, and says which settings to lower', (cause) => {
  expect(jobThrew('train', cause)).toMatchObject({
    kind: 'memory',
    what: expect.stringContaining('training needs more memory'),
    advice: expect.stringContaining('N_max'),
  });
  expect(jobThrew('import', cause).advice).toContain('smaller files');
});

test('a part that could not be loaded, and a fault, are told apart', () => {
  expect(jobThrew('train', new TypeError('Failed to fetch'))).toMatchObject({
    kind: 'bug',
    what: expect.stringContaining('could not be loaded'),
  });
  expect(jobThrew('train', new Error('room of x is undefined')).what).toBe(
    'room of x is undefined',
  );
});
