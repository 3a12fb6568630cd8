/** The spans of a trace as its file has them, as a table. */
import { useMemo, useState } from 'react';
import { type RecordedSpan, recordedSpans } from '../../../stores/trace/recorded-spans.ts';
import type { TraceLook } from '../../../stores/trace/trace-look-store.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount, formatMs } from '../../widgets/format.ts';

/** Rows drawn at most. */
const SHOWN = 1000;
const INDENT_PX = 12;
/** Deeper calls are no further in. */
const DEEPEST = 16;

/** "server, ok, http.route=/orders"; empty where the span says nothing. */
const carriedText = ({ kind, status, attributes, isPaired }: RecordedSpan): string =>
  [
    ...(kind === 'unspecified' ? [] : [isPaired ? `${kind} of a pair` : kind]),
    ...(status === 'unset' ? [] : [status]),
    ...attributes.map(([name, value]) => `${name}=${value}`),
  ].join(', ');

export function RecordedSpans({ look }: { readonly look: TraceLook }) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure summary="Spans as recorded" open={open} onToggle={setOpen}>
      <SpansOfTrace look={look} />
    </Disclosure>
  );
}

function SpansOfTrace({ look: { trace, spans, withoutSpans } }: { readonly look: TraceLook }) {
  const traces = useDataset((d) => d.dataset?.imported.traces ?? null);
  const rows = useMemo(
    () => (traces === null || spans === null ? [] : recordedSpans(traces, trace, spans)),
    [traces, trace, spans],
  );
  if (withoutSpans !== null) return <p className="quiet">{withoutSpans}.</p>;
  const carried = rows.some((span) => carriedText(span) !== '');
  return (
    <>
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
