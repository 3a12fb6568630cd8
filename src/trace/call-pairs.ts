/**
 * Client and server of one call, each a span: a client's span whose only child is a server's span of
 * another service. Zipkin's shared spans and SkyWalking's exit and entry spans have this form too,
 * once they are read. Derived, never stored.
 */
import { kindCode, kindOfMark } from './span-facts.ts';

const CLIENT = kindCode('client');
const SERVER = kindCode('server');

/**
 * Whether a span and its only child are both sides of a call.
 *
 * @param mark    [spans] status and kind
 * @param service [spans]
 */
export const isCallPair = (
  mark: ArrayLike<number>,
  service: ArrayLike<number>,
  span: number,
  onlyChild: number,
): boolean =>
  kindOfMark(mark[span]!) === CLIENT &&
  kindOfMark(mark[onlyChild]!) === SERVER &&
  service[span] !== service[onlyChild];

/**
 * The other side of each span's call within one trace.
 *
 * @param parent  [spans] index of the parent among these, -1 for none
 * @param mark    [spans] status and kind
 * @param service [spans]
 * @returns       [spans] the client of a server and the server of a client; -1 for none
 */
export function callPairs(
  parent: ArrayLike<number>,
  mark: ArrayLike<number>,
  service: ArrayLike<number>,
): Int32Array {
  const onlyChild = new Int32Array(parent.length).fill(-1);
  const children = new Uint32Array(parent.length);
  for (let span = 0; span < parent.length; span++) {
    const above = parent[span]!;
    if (above < 0) continue;
    onlyChild[above] = span;
    children[above]! += 1;
  }
  const other = new Int32Array(parent.length).fill(-1);
  for (let client = 0; client < parent.length; client++) {
    if (children[client] !== 1) continue;
    const server = onlyChild[client]!;
    if (!isCallPair(mark, service, client, server)) continue;
    other[client] = server;
    other[server] = client;
  }
  return other;
}
