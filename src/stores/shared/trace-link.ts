/**
 * Links from a trace to the tracing backend that recorded it, by a template that is set once. Trace
 * ids come out of files: they never choose where a link leads.
 */
import { err, ok, type Result } from '../../base/result.ts';

export interface LinkPreset {
  readonly label: string;
  readonly template: string;
}

const GRAFANA_LEFT =
  '%7B%22datasource%22:%22tempo%22,%22queries%22:%5B%7B%22refId%22:%22A%22,%22queryType%22:%22traceql%22,%22query%22:%22{traceId}%22%7D%5D,%22range%22:%7B%22from%22:%22{start}%22,%22to%22:%22{end}%22%7D%7D';

/** As each backend is reached where nothing was configured; the host is to be replaced. */
export const LINK_PRESETS: readonly LinkPreset[] = [
  { label: 'Jaeger', template: 'http://localhost:16686/trace/{traceId}' },
  {
    label: 'Tempo in Grafana',
    template: `http://localhost:3000/explore?orgId=1&left=${GRAFANA_LEFT}`,
  },
  { label: 'Zipkin', template: 'http://localhost:9411/zipkin/traces/{traceId}' },
];

/** What a template may name. `start` and `end` are milliseconds since the epoch. */
export interface LinkedTrace {
  readonly traceId: string;
  /** null where the start is not known */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** Some time around the trace, so that a backend that searches a range finds all of its spans. */
const AROUND_MS = 60_000;

/** @returns the template as it is kept, or what is wrong with it in words */
export function readLinkTemplate(text: string): Result<string, string> {
  const template = text.trim();
  if (!template.includes('{traceId}')) return err('{traceId} is missing: it is where the id goes');
  const url = urlOf(template, () => 'x');
  if (url === null) return err('no address: it begins with http:// or https://');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return err('only http:// and https:// addresses are linked');
  }
  if (url.username !== '' || url.password !== '') return err('an address holds no password');
  if (urlOf(template, () => 'y')?.origin !== url.origin) {
    return err('host and port are fixed: {traceId}, {start} and {end} come after them');
  }
  return ok(template);
}

/** @returns null where the template is none, or the link would lead elsewhere */
export function traceLink(template: string, trace: LinkedTrace): string | null {
  const checked = readLinkTemplate(template);
  if (!checked.ok) return null;
  const { startMs, endMs } = trace;
  const values: Readonly<Record<string, string>> = {
    traceId: encodeURIComponent(wellFormed(trace.traceId)),
    start: startMs === null ? '' : String(Math.floor(startMs - AROUND_MS)),
    end: endMs === null ? '' : String(Math.ceil(endMs + AROUND_MS)),
  };
  const url = urlOf(checked.value, (name) => values[name]!);
  return url !== null && url.origin === urlOf(checked.value, () => 'x')?.origin ? url.href : null;
}

function urlOf(template: string, fill: (name: string) => string): URL | null {
  const filled = template.replace(/\{(traceId|start|end)\}/g, (_, name: string) => fill(name));
  try {
    return new URL(filled);
  } catch {
    return null;
  }
}

/** Half of a surrogate pair, which no address can hold, as the character that stands for what is lost. */
const wellFormed = (text: string): string =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
