/** When a trace began, how long it took, and what it holds, in one line. */
import type { TraceRow } from '../../../stores/scores/trace-list-view.ts';
import type { Waterfall } from '../../../stores/trace/trace-waterfall.ts';
import type { TraceSet } from '../../../trace/trace-set.ts';
import { BreakingName } from '../../widgets/BreakingName.tsx';
import { formatCount, formatMs } from '../../widgets/format.ts';
import { LabelMark } from '../scores/labels.tsx';
import { SyntheticMark } from '../scores/SyntheticMark.tsx';

/** Earlier starts are no dates, as those of Alibaba's tables: a year after the epoch. */
const FIRST_DATE_US = 31_536_000e6;

export interface TraceFactsProps {
  readonly traces: TraceSet;
  readonly trace: number;
  readonly waterfall: Waterfall;
  readonly row: TraceRow | null;
  readonly isSynthetic: boolean;
}

export function TraceFacts({ traces, trace, waterfall, row, isSynthetic }: TraceFactsProps) {
  const startUs = traces.startUs[trace]!;
  const { spans, errors, lengthMs } = waterfall;
  const services = new Set(waterfall.rows.map(({ service }) => service)).size;
  return (
    <p className="inspector-facts">
      {isSynthetic && <SyntheticMark />}
      {startUs > FIRST_DATE_US && (
        <>
          <time dateTime={new Date(startUs / 1e3).toISOString()}>
            {new Date(startUs / 1e3).toISOString().replace('T', ' ')}
          </time>{' '}
          ·{' '}
        </>
      )}
      {formatMs(lengthMs)} · {formatCount(spans, 'span')} · {formatCount(services, 'service')}
      {errors > 0 && <> · ✕ {formatCount(errors, 'error')}</>}
      {row !== null && (
        <>
          {' '}
          · <LabelMark label={row.label} />
          {row.rank !== null && <> · rank {formatCount(row.rank)}</>}
          {!row.flagged && <> · not flagged</>}
        </>
      )}
      {row !== null && row.rootCause !== '' && (
        <>
          {' '}
          · labelled root cause: <BreakingName name={row.rootCause} />
        </>
      )}
    </p>
  );
}
