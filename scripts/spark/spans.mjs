// @ts-check
/** Spans of a small shop, as rows of otel_traces: what the test of the Spark adapter scores. */
import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';

/**
 * @typedef {{
 *   readonly Timestamp: string, readonly TraceId: string, readonly SpanId: string,
 *   readonly ParentSpanId: string, readonly SpanName: string, readonly ServiceName: string,
 *   readonly Duration: number,
 * }} Span Duration in nanoseconds
 */

/** @type {readonly (keyof Span)[]} */
const COLUMNS = [
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'SpanName',
  'ServiceName',
  'Duration',
];

/** Place of the caller, service, operation, usual milliseconds; the last call is made now and then. */
const SHAPES = /** @type {const} */ ([
  [
    [-1, 'web', 'GET /search', 40],
    [0, 'search', 'Query', 25],
    [1, 'db', 'SELECT items', 12],
    [0, 'ads', 'Pick', 6],
  ],
  [
    [-1, 'web', 'POST /checkout', 120],
    [0, 'cart', 'Get', 15],
    [1, 'db', 'SELECT cart', 9],
    [0, 'payment', 'Charge', 60],
    [3, 'bank', 'Authorise', 45],
    [0, 'mail', 'Send', 8],
    [0, 'stock', 'Reserve', 14],
    [6, 'db', 'UPDATE stock', 7],
    [0, 'coupons', 'Apply', 5],
  ],
]);

/** Numbers from 0 to 1 by a seed (mulberry32). @param {number} seed */
export function randomBy(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {string} prefix of the trace ids
 * @param {number} count of traces
 * @param {number} seed
 * @param {boolean} isOdd whether some calls are slow, and some were never seen
 * @returns {Span[]}
 */
export function simulate(prefix, count, seed, isOdd) {
  const random = randomBy(seed);
  return Array.from({ length: count }, (_, trace) => {
    const shape = SHAPES[random() < 0.6 ? 0 : 1];
    const calls = random() < 0.2 ? shape.slice(0, -1) : shape;
    const at = Date.UTC(2026, 0, 1) + 40 * trace;
    const slow = isOdd && random() < 0.03 ? Math.floor(random() * calls.length) : -1;
    const isNew = isOdd && random() < 0.02;
    return calls.map(([caller, service, name, usual], place) => ({
      Timestamp: new Date(at + place).toISOString().replace('T', ' ').replace('Z', '000000'),
      TraceId: `${prefix}${trace}`,
      SpanId: `s${place}`,
      ParentSpanId: caller < 0 ? '' : `s${caller}`,
      SpanName: isNew && place === 1 ? `${name} v2` : name,
      ServiceName: service,
      Duration: Math.round(1e6 * usual * (0.6 + 0.8 * random()) * (place === slow ? 30 : 1)),
    }));
  }).flat();
}

/** In another order. @template T @param {readonly T[]} items @param {number} seed @returns {T[]} */
export function shuffled(items, seed) {
  const random = randomBy(seed);
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [out[i], out[other]] = [/** @type {T} */ (out[other]), /** @type {T} */ (out[i])];
  }
  return out;
}

/** @param {string} path @param {readonly Span[]} spans */
export function writeCsv(path, spans) {
  const lines = spans.map((span) => COLUMNS.map((name) => `"${span[name]}"`).join(','));
  writeFileSync(path, `${[COLUMNS.map((name) => `"${name}"`).join(','), ...lines].join('\n')}\n`);
}

/** @param {string} path @param {readonly Span[]} spans */
export function writeParquet(path, spans) {
  const columnData = COLUMNS.map((name) =>
    name === 'Duration'
      ? { name, type: /** @type {const} */ ('INT64'), data: spans.map((s) => BigInt(s.Duration)) }
      : { name, type: /** @type {const} */ ('STRING'), data: spans.map((span) => span[name]) },
  );
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData })));
}
