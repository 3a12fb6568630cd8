/** How far computed numbers are from reference numbers, by the goldens' measure. */
import { expect } from 'vitest';

type Nested = number | readonly Nested[];

const flat = (values: ArrayLike<number> | Nested): number[] =>
  typeof values === 'number'
    ? [values]
    : Array.from(values as ArrayLike<Nested>).flatMap((value) => flat(value));

/** The largest |a - b| / (1 + |b|); infinity where lengths differ or a number is not finite. */
export function deviation(actual: ArrayLike<number> | Nested, expected: Nested): number {
  const a = flat(actual);
  const b = flat(expected);
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!) / (1 + Math.abs(b[i]!));
    if (!(off <= worst)) worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
  }
  return worst;
}

/** Collects the worst deviation a group, for the test's report. */
export class Deviations {
  readonly #worst = new Map<string, number>();

  /** Checks |a - b| <= tolerance (1 + |b|) for every number. */
  check(
    group: string,
    actual: ArrayLike<number> | Nested,
    expected: Nested,
    tolerance: number,
  ): void {
    const off = deviation(actual, expected);
    this.#worst.set(group, Math.max(off, this.#worst.get(group) ?? 0));
    expect(off, group).toBeLessThanOrEqual(tolerance);
  }

  report(): string {
    return [...this.#worst].map(([group, off]) => `${group} ${off.toExponential(1)}`).join(', ');
  }
}
