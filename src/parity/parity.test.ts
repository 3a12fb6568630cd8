import { describe, expect, test } from 'vitest';
import { startTestBackend } from '../testing/backends.ts';
import { readGolden } from '../testing/golden/tracevae-golden.ts';
import { quantityLine, summaryLines, verdictOf } from './lines.ts';
import { compare, deviation, type Quantity, TOLERANCE, worstOf } from './measure.ts';
import { compareNoiseDrivenBiases } from './noise-driven-biases.ts';
import { compareFiles } from './parity.ts';

const collect = (run: (report: (quantity: Quantity) => void) => void): Quantity[] => {
  const found: Quantity[] = [];
  run((quantity) => found.push(quantity));
  return found;
};

describe('the measure', () => {
  test('finds the worst number and its place', () => {
    const worst = worstOf([
      { at: 'a', actual: [1, 2], expected: [1, 2] },
      {
        at: 'b',
        actual: [1, 2, 3, 7],
        expected: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
    expect(worst).toEqual({ count: 6, absolute: 3, relative: 3 / 5, where: 'b[1][1]' });
  });

  test.each([
    ['a number short', [1]],
    ['not a number', [1, Number.NaN]],
    ['infinite', [1, Number.POSITIVE_INFINITY]],
  ])('%s is infinitely far', (_, actual) => {
    expect(deviation(actual, [1, 2])).toBe(Number.POSITIVE_INFINITY);
  });

  test('nothing compared is a failure', () => {
    const [quantity] = collect((report) => compare(report, 'x', 1, []));
    expect(quantity?.status).toBe('failed');
  });
});

describe('biases before a BatchNorm', () => {
  const step = readGolden().training[0]!;
  const statusAt = (actual: number): string | undefined =>
    collect((report) =>
      compareNoiseDrivenBiases(report, step, [
        { at: 'x.gnn.bias', actual: [actual], expected: [0] },
      ]),
    )[0]?.status;

  test('are held against the tolerance of every parameter', () => {
    expect(statusAt(TOLERANCE.value)).toBe('ok');
    expect(statusAt(TOLERANCE.value * 1.01)).toBe('not-reached');
  });

  test('fail where rounding cannot explain it', () => {
    expect(statusAt(21 * step.hyper.lr)).toBe('failed');
  });
});

test('the verdict names what was missed', () => {
  const quantity = (status: Quantity['status']): Quantity => ({
    name: 'x',
    count: 1,
    absolute: 1,
    relative: 0.5,
    where: 'a[0]',
    tolerance: 0.1,
    status,
  });
  expect(verdictOf([])).toBe('failed');
  expect(verdictOf([quantity('ok')])).toBe('ok');
  expect(verdictOf([quantity('ok'), quantity('not-reached')])).toBe('not-reached');
  expect(verdictOf([quantity('failed'), quantity('not-reached')])).toBe('failed');
  expect(quantityLine(quantity('failed'))).toBe(
    `${'x'.padEnd(48)}  absolute 1.0e+0  relative 5.0e-1  at a[0]  1 number  tolerance 1.0e-1  FAILED`,
  );
  expect(summaryLines([quantity('ok')])).toEqual(['1 ok, 0 failed, 0 not reached']);
  expect(summaryLines([quantity('not-reached')]).join('\n')).toMatch(/and why: .*x +absolute/s);
});

describe('files', () => {
  const compared = async (...files: File[]): Promise<unknown> => {
    await startTestBackend('cpu');
    return compareFiles(files, 'forward', () => {});
  };

  test.each([
    ['no JSON', 'hello', 'golden.json is no JSON object'],
    ['null', 'null', 'golden.json is no JSON object'],
    ['another format', '{"format":"x"}', 'golden.json is not of the format tracevae-golden/1'],
    ['a section missing', '{"format":"tracevae-golden/1","config":{}}', /lacks weights, std_limit/],
    ['no weights', '{"manifest":[],"traces":[]}', /weights\.bin must come with it/],
  ])('%s is told', async (_, text, error) => {
    const result = await compared(new File([text], 'golden.json'));
    expect(result).toMatchObject({ ok: false });
    expect((result as { error: string }).error).toMatch(error);
  });

  test('a number that moved is found', async () => {
    const golden = structuredClone(readGolden()) as unknown as {
      traces: { n_z_1: { qz_mean: number[] } }[];
    };
    golden.traces[2]!.n_z_1.qz_mean[1]! += 0.01;
    await startTestBackend('cpu');
    const found: Quantity[] = [];
    await compareFiles([new File([JSON.stringify(golden)], 'moved.json')], 'forward', (quantity) =>
      found.push(quantity),
    );
    const failed = found.filter(({ status }) => status === 'failed');
    expect(failed.map(({ name, where }) => [name, where])).toEqual([['q(z) mean', 'chain8[1]']]);
  });
});
