/** One node of a call tree: a box with the service's colour at its left and two or three lines. */
import { serviceColourCss } from '../theme/service-colour.ts';
import { formatCount, formatMs, formatNumber } from '../widgets/format.ts';
import { fitText, textWidth } from './text-width.ts';
import type { TreeSize } from './tree-layout.ts';

/** Against the other tree of a comparison. */
export type NodeStatus = 'same' | 'missing' | 'unexpected' | 'relabelled';

export interface TraceTreeNode {
  /** -1 for the root. */
  readonly parent: number;
  readonly service: string;
  readonly operation: string;
  /** Spans merged into the node; shown above 1. */
  readonly spanCount?: number;
  /** Left out where there is none: a reconstructed structure has no latency. */
  readonly latencyMs?: number | null;
  readonly status?: NodeStatus;
  /** Of the line to the parent; that of the node unless told. */
  readonly edgeStatus?: NodeStatus;
  /** What the other tree has here, of a relabelled node. */
  readonly other?: { readonly service: string; readonly operation: string };
  /** Said after the rest, on hover and by screen readers: a probability, a z-score. */
  readonly note?: string;
}

const GLYPHS: Readonly<Record<NodeStatus, string>> = {
  same: '',
  missing: '−',
  unexpected: '+',
  relabelled: '≠',
};

/** Whole for one trace; a mean, with a digit behind the point, for many. */
const spansText = (spanCount: number): string =>
  Number.isInteger(spanCount) ? formatCount(spanCount) : formatNumber(spanCount, 2);

/** All of a node in words. */
export function nodeWords(node: TraceTreeNode): string {
  const { service, operation, spanCount = 1, latencyMs, status = 'same', other, note } = node;
  return [
    `${service} ${operation}`,
    ...(spanCount > 1 ? [`${spansText(spanCount)} spans`] : []),
    ...(latencyMs === undefined || latencyMs === null ? [] : [formatMs(latencyMs)]),
    ...(status === 'same' ? [] : [status]),
    ...(other ? [`instead of ${other.service} ${other.operation}`] : []),
    ...(note ? [note] : []),
  ].join(', ');
}

export interface TreeNodeBoxProps {
  readonly node: TraceTreeNode;
  readonly box: TreeSize;
  /** 3: service, operation, numbers. 2: the numbers stand right of the service. */
  readonly rows: 2 | 3;
}

const SIZE = 12;
const LEFT = 12;
const RIGHT = 6;
const LINE = 16;

export function TreeNodeBox({ node, box, rows }: TreeNodeBoxProps) {
  const { service, operation, spanCount = 1, latencyMs, status = 'same', other } = node;
  const numbers = [
    ...(spanCount > 1 ? [`×${spansText(spanCount)}`] : []),
    ...(latencyMs === undefined || latencyMs === null ? [] : [formatMs(latencyMs)]),
  ].join(' · ');
  const room = box.width - LEFT - RIGHT;
  // Both heights leave the same room above the first line and below the last.
  const top = (box.height - (rows - 1) * LINE) / 2 + 4;
  const glyph = GLYPHS[status];
  const tag = status === 'same' ? '' : rows === 2 ? glyph : status;
  const beside = rows === 2 && numbers !== '' ? textWidth(numbers, SIZE) + 10 : 0;
  const glyphRoom = glyph === '' ? 0 : 16;
  const name = other ? `${other.operation} → ${operation}` : operation;
  return (
    <>
      <title>{nodeWords(node)}</title>
      <rect className="trace-tree__box" width={box.width} height={box.height} rx="2" />
      <rect
        width="4"
        height={box.height}
        style={{ fill: serviceColourCss(service) }}
        opacity={status === 'missing' ? 0.5 : 1}
      />
      <text className="trace-tree__service" x={LEFT} y={top}>
        {fitText(service, room - beside - glyphRoom, SIZE * 1.04)}
      </text>
      <text className="trace-tree__operation" x={LEFT} y={top + LINE}>
        {fitText(name, room, SIZE)}
      </text>
      {glyph !== '' && (
        <text className="trace-tree__glyph" x={box.width - RIGHT - beside} y={top} textAnchor="end">
          {glyph}
        </text>
      )}
      {rows === 3 && tag !== '' && (
        <text
          className="trace-tree__status"
          x={box.width - RIGHT}
          y={top + 2 * LINE}
          textAnchor="end"
        >
          {tag}
        </text>
      )}
      <text
        className="trace-tree__numbers"
        x={rows === 3 ? LEFT : box.width - RIGHT}
        y={rows === 3 ? top + 2 * LINE : top}
        textAnchor={rows === 3 ? 'start' : 'end'}
      >
        {numbers}
      </text>
    </>
  );
}
