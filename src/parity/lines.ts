/** Quantities as text, one line each, and the verdict on all of them. Plain: the page imports it. */
import type { Quantity, QuantityStatus } from './measure.ts';

const WORDS: Readonly<Record<QuantityStatus, string>> = {
  ok: 'ok',
  failed: 'FAILED',
  'not-reached': 'not reached',
};

const NAME_WIDTH = 48;

const number = (x: number): string => (Number.isFinite(x) ? x.toExponential(1) : 'infinite');

export function quantityLine(quantity: Quantity): string {
  const { name, count, absolute, relative, where, tolerance, status } = quantity;
  return [
    name.padEnd(NAME_WIDTH),
    `absolute ${number(absolute)}`,
    `relative ${number(relative)}`,
    `at ${where}`,
    count === 1 ? '1 number' : `${count} numbers`,
    `tolerance ${number(tolerance)}`,
    WORDS[status],
  ].join('  ');
}

/** Worst first counts: one failed quantity makes a failed run. */
export function verdictOf(quantities: readonly Quantity[]): QuantityStatus {
  const has = (wanted: QuantityStatus): boolean =>
    quantities.some(({ status }) => status === wanted);
  if (quantities.length === 0 || has('failed')) return 'failed';
  return has('not-reached') ? 'not-reached' : 'ok';
}

const EXPLANATION =
  'Not reached, and why: the bias of a graph attention layer stands before a BatchNorm, which takes ' +
  'its mean off again. Its true gradient is 0; what the file holds is rounding noise of ' +
  'about 1e-6, which the first step of RMSprop turns into a move of up to 10 learning rates in a direction that ' +
  'rounding decides. docs/decisions/0003-parity-of-biases-before-batchnorm.md';

/** What is told after the last quantity. */
export function summaryLines(quantities: readonly Quantity[]): string[] {
  const of = (wanted: QuantityStatus): Quantity[] =>
    quantities.filter(({ status }) => status === wanted);
  const missed = of('not-reached');
  const counts = `${of('ok').length} ok, ${of('failed').length} failed, ${missed.length} not reached`;
  if (missed.length === 0) return [counts];
  return ['', EXPLANATION, ...missed.map((quantity) => `  ${quantityLine(quantity)}`), '', counts];
}
