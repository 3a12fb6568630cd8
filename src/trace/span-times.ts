/**
 * Where the time of recorded spans goes, from their starts: when a span works itself, and when the
 * request waits for it. All times in microseconds; nothing is told where a start is not known.
 */

/** From, to: microseconds, to above from. */
export type Interval = readonly [number, number];

export interface SpanTimes {
  /** [spans] -1 for a root, and for a span without its caller */
  readonly parent: ArrayLike<number>;
  readonly startUs: ArrayLike<number>;
  readonly durationUs: ArrayLike<number>;
}

/** @returns [spans] when none of its calls was running: its self time; empty where starts are unknown */
export function selfIntervals(spans: SpanTimes): Interval[][] {
  const { startUs, durationUs } = spans;
  const callsOf = childrenOf(spans);
  return Array.from(callsOf, (calls, span) => {
    const from = startUs[span]!;
    const to = from + durationUs[span]!;
    if (Number.isNaN(from)) return [];
    const own: Interval[] = [];
    let at = from;
    for (const call of calls.sort((a, b) => startUs[a]! - startUs[b]!)) {
      const [begins, ends] = [startUs[call]!, startUs[call]! + durationUs[call]!];
      if (!(ends > at)) continue;
      if (begins >= to) break;
      if (begins > at) own.push([at, begins]);
      at = ends;
    }
    if (at < to) own.push([at, to]);
    return own;
  });
}

/**
 * The critical path: walked back from the end of the root to the call that returned last before, and
 * so on, so that at every moment one span is on it. A call that outlives its caller counts up to the
 * caller's end.
 *
 * @returns [spans] when the request waits for the span itself; all empty where a start is unknown
 */
export function criticalIntervals(spans: SpanTimes): Interval[][] {
  const { startUs, durationUs } = spans;
  const critical = Array.from(startUs, (): Interval[] => []);
  if (Array.prototype.some.call(startUs, Number.isNaN) || critical.length === 0) return critical;
  const callsOf = childrenOf(spans);
  const endOf = (span: number): number => startUs[span]! + durationUs[span]!;
  const open = [{ span: 0, until: endOf(0) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { span, until } = next;
    const from = startUs[span]!;
    let at = until;
    for (const call of callsOf[span]!.sort((a, b) => endOf(b) - endOf(a))) {
      if (at <= from) break;
      const ends = Math.min(endOf(call), at);
      if (startUs[call]! >= at || ends <= from) continue;
      if (ends < at) critical[span]!.push([ends, at]);
      open.push({ span: call, until: ends });
      at = startUs[call]!;
    }
    if (at > from) critical[span]!.push([from, at]);
  }
  return critical.map((intervals) => intervals.reverse());
}

function childrenOf({ parent }: SpanTimes): number[][] {
  const children = Array.from(parent, (): number[] => []);
  for (let span = 0; span < parent.length; span++) {
    if (parent[span]! >= 0) children[parent[span]!]!.push(span);
  }
  return children;
}
