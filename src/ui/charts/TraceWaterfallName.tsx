/** The name of a line of a trace's waterfall, with what must never be cut: errors, how many spans. */
import { memo } from 'react';
import { serviceColourCss } from '../theme/service-colour.ts';
import { ellipsisMiddle, formatCount } from '../widgets/format.ts';
import type { WaterfallLine } from './trace-waterfall-lines.ts';

const INDENT_PX = 8;
const DEEPEST = 12;

export interface WaterfallNameProps {
  readonly line: WaterfallLine;
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** Pixels. */
  readonly width: number;
}

/** Pixels of a letter, about, and of what stands beside the name. */
const LETTER_PX = 6.4;
const BESIDE_PX = 16;
/** Names this wide leave room for the kind of span. */
const WIDE_PX = 260;

export const WaterfallName = memo(function WaterfallName(props: WaterfallNameProps) {
  const { line, isOpen, canOpen, width } = props;
  const { row, bars, depth, span } = line;
  const { service, operation, errors, isCritical } = row;
  const kinds = [...new Set(bars.map(({ kind }) => kind))].filter((kind) => kind !== '');
  const indent = Math.min(depth, DEEPEST) * INDENT_PX;
  const merged = bars.length > 1 ? `×${formatCount(bars.length)}` : '';
  const fails = span === null ? errors > 0 : span.isError;
  // what follows the name is never cut: errors first
  const room = width - indent - BESIDE_PX - (canOpen ? 16 : 0) - (fails ? 52 : 0);
  const letters = Math.floor(room / LETTER_PX) - merged.length;
  const name = span === null ? `${service} ${operation}` : span.spanId;
  return (
    <span className="waterfall-of__name" style={{ paddingInlineStart: indent }}>
      <i style={{ background: serviceColourCss(service) }} />
      {canOpen && <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>}
      <span
        className={`waterfall-of__text${span === null ? '' : ' mono'}${isCritical && span === null ? ' waterfall-of__text--critical' : ''}`}
      >
        {ellipsisMiddle(name, Math.max(8, letters))}
      </span>
      {merged !== '' && <span className="waterfall-of__merged">{merged}</span>}
      {fails && <span className="waterfall-of__error">✕ error</span>}
      {kinds.length > 0 && width > WIDE_PX && (
        <span className="waterfall-of__kind">{kinds.join(', ')}</span>
      )}
    </span>
  );
});
