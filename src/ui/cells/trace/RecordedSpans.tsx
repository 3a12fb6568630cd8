/**
 * The spans of a trace as its file has them, over time and as a table, read back from storage when
 * they are asked for.
 */
import { useEffect, useState } from 'react';
import type { Result } from '../../../base/result.ts';
import { type RecordedSpan, recordedSpans } from '../../../stores/trace/recorded-spans.ts';
import { spanTimeline, type Timeline } from '../../../stores/trace/span-timeline.ts';
import { useDataset, useInspect } from '../../app/notebook-context.ts';
import { SpanTimeline } from '../../charts/SpanTimeline.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs } from '../../widgets/format.ts';

/** Rows drawn at most. */
const SHOWN = 1000;
const INDENT_PX = 12;
/** Deeper calls are no further in. */
const DEEPEST = 16;

/** Earlier starts are no dates, as those of Alibaba's tables: a year after the epoch. */
const FIRST_DATE_US = 31_536_000e6;

/** "server, ok, http.route=/orders"; empty where the span says nothing. */
const carriedText = ({ kind, status, attributes, isPaired }: RecordedSpan): string =>
  [
    ...(kind === 'unspecified' ? [] : [isPaired ? `${kind} of a pair` : kind]),
    ...(status === 'unset' ? [] : [status]),
    ...attributes.map(([name, value]) => `${name}=${value}`),
  ].join(', ');

interface Recorded {
  readonly rows: readonly RecordedSpan[];
  readonly timeline: Timeline;
}

export function RecordedSpans({ trace }: { readonly trace: number }) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="Spans as recorded" open={open} onToggle={setOpen}>
      <SpansOfTrace key={trace} trace={trace} />
    </Disclosure>
  );
}

function SpansOfTrace({ trace }: { readonly trace: number }) {
  const dataset = useDataset((d) => d.dataset);
  const readSpans = useDataset((d) => d.readSpans);
  const { node, setNode: highlight } = useInspect((i) => i);
  const [read, setRead] = useState<Result<Recorded, string> | null>(null);
  const id = dataset?.id;
  const traces = dataset?.imported.traces;
  useEffect(() => {
    if (id === undefined || traces === undefined) return;
    let wanted = true;
    void readSpans(trace).then((found) => {
      if (!wanted) return;
      setRead(
        found.ok
          ? {
              ok: true,
              value: {
                rows: recordedSpans(traces, trace, found.value),
                timeline: spanTimeline(traces, trace, found.value),
              },
            }
          : { ok: false, error: `${found.error.what}; ${found.error.advice}` },
      );
    });
    return () => {
      wanted = false;
    };
  }, [id, traces, trace, readSpans]);

  if (read === null) return null;
  if (!read.ok) return <p className="quiet">{read.error}.</p>;
  const { rows, timeline } = read.value;
  const carried = rows.some((span) => carriedText(span) !== '');
  const startUs = traces?.startUs[trace] ?? Number.NaN;
  return (
    <>
      {startUs > FIRST_DATE_US && (
        <p className="quiet">Started {new Date(startUs / 1e3).toISOString()}.</p>
      )}
      {timeline.rows.some(({ bars }) => bars.some(({ startMs }) => startMs !== null)) ? (
        <SpanTimeline timeline={timeline} hovered={node} onHover={highlight} />
      ) : (
        <p className="quiet">The file does not say when its spans started.</p>
      )}
      <div className="scroll-x">
        <table className="plain-table" aria-label="Spans as recorded">
          <thead>
            <tr>
              <th scope="col">Service, operation</th>
              <th scope="col" className="plain-table__number">
                Start
              </th>
              <th scope="col" className="plain-table__number">
                Duration
              </th>
              <th scope="col">Span id</th>
              {carried && <th scope="col">Kind, status, attributes</th>}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((span, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a file may repeat an id; order is fixed
              <tr key={i}>
                <th
                  scope="row"
                  style={{ paddingInlineStart: Math.min(span.depth, DEEPEST) * INDENT_PX }}
                >
                  {span.service} {span.operation}
                  {span.status === 'error' && <strong> · error</strong>}
                  {span.isOrphan && <span className="quiet"> · caller not recorded</span>}
                </th>
                <td className="plain-table__number">{formatMs(span.afterRootMs)}</td>
                <td className="plain-table__number">{formatMs(span.durationMs)}</td>
                <td className="mono">{span.spanId}</td>
                {carried && <td>{carriedText(span)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHOWN && (
        <p className="quiet">
          The first {formatCount(SHOWN)} of {formatCount(rows.length, 'span')}.
        </p>
      )}
    </>
  );
}
