import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Boundary } from './Boundary.tsx';

/** The boundary after its child threw, as React calls it; the server's renderer has no boundaries. */
function afterFailure(cause: unknown, of: unknown) {
  const props = { what: 'The cell Scores', of, children: 'scores' };
  const boundary = new Boundary(props);
  const state = { ...boundary.state, ...Boundary.getDerivedStateFromError(cause) };
  boundary.state = { ...state, ...Boundary.getDerivedStateFromProps(props, state) };
  return boundary;
}
const html = (node: ReactNode): string => renderToStaticMarkup(node);

test('what failed is said in its place, with a way to try again', () => {
  const drawn = html(afterFailure(new Error('of undefined'), 1).render());
  expect(drawn).toContain('The cell Scores could not be drawn');
  expect(drawn).toContain('of undefined');
  expect(drawn).toContain('Try again');
});

test('the same data leave it as it is, others are tried by themselves', () => {
  const { state } = afterFailure(new Error('no'), 1);
  const props = { what: 'The cell Scores', children: 'scores' };
  expect(Boundary.getDerivedStateFromProps({ ...props, of: 1 }, state)).toBeNull();
  expect(Boundary.getDerivedStateFromProps({ ...props, of: 2 }, state)).toEqual({ failed: null });
});

test('a failure that is no error, or of endless words, is bounded', () => {
  expect(html(afterFailure('text', 1).render())).toContain('could not be drawn');
  expect(html(afterFailure(new Error('x'.repeat(1e6)), 1).render()).length).toBeLessThan(5000);
});
