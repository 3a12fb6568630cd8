/**
 * Two halves of one set of traces, for a model that is trained on the first and scores the second: in
 * the page, by the command and on an engine. TrainTicket's test set where it is there, every trace of
 * the first half a normal one; else the traces that the caller has.
 *
 *     node scripts/halves.mjs OUT    writes OUT/first-half.csv and OUT/second-half.csv
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const TRAINTICKET = '../shared/data/trainticket/test.csv.gz';

/** Traces per half. */
const MOST = 100;

/**
 * Lines of TraceVAE's CSV in two, by trace in turn.
 *
 * @param {string} csv
 * @param {number} most traces per half
 * @returns {{ first: string, second: string }}
 */
export function halve(csv, most = MOST) {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const labels = ['graphLatencyLabel', 'graphStructureLabel'].map((name) =>
    header.split(',').indexOf(name),
  );
  /** @type {Map<string, string[]>} */
  const traces = new Map();
  for (const line of lines) {
    const [high, low] = line.split(',', 2);
    const id = `${high},${low}`;
    const known = traces.get(id);
    if (known) known.push(line);
    else traces.set(id, [line]);
  }
  const isOdd = ([line = '']) => labels.some((at) => at >= 0 && line.split(',')[at] === '1');
  const halves = [...traces.values()].reduce(
    ([a, b], trace, i) => (i % 2 === 0 && !isOdd(trace) ? [[...a, trace], b] : [a, [...b, trace]]),
    [[], []],
  );
  const [first, second] = halves.map(
    (half) => `${[header, ...half.slice(0, most).flat()].join('\n')}\n`,
  );
  return { first, second };
}

/** @param {() => string} instead TraceVAE's CSV where TrainTicket is not there */
export function halves(instead) {
  return halve(
    existsSync(TRAINTICKET) ? gunzipSync(readFileSync(TRAINTICKET)).toString() : instead(),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [out] = process.argv.slice(2);
  if (out === undefined || !existsSync(TRAINTICKET)) {
    console.error(`error: usage: node scripts/halves.mjs OUT, next to ${TRAINTICKET}`);
    process.exit(1);
  }
  mkdirSync(out, { recursive: true });
  const { first, second } = halves(() => '');
  writeFileSync(join(out, 'first-half.csv'), first);
  writeFileSync(join(out, 'second-half.csv'), second);
}
