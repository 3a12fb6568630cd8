/**
 * A tree beside its reconstruction, row by row as in a split diff: what is in both stands level, a
 * missing node leaves a gap on the left, an unexpected one on the right. Difference is told by
 * glyph, word and line, not by colour alone.
 */
import type { CSSProperties, KeyboardEvent } from 'react';
import type { ComparisonRow } from '../../stores/trace/explanation-view.ts';
import { serviceColourCss } from '../theme/service-colour.ts';
import { formatCount, formatMs, formatNumber } from '../widgets/format.ts';
import './tree-comparison.css';

export interface TreeComparisonProps {
  readonly rows: readonly ComparisonRow[];
  readonly hovered?: number | null;
  readonly onHover?: (observedIndex: number | null) => void;
  /** The node so many places later; arrow keys ask for it. */
  readonly onMove?: (step: number) => void;
}

export const DIFF_MARKS = {
  same: { glyph: '=', word: '' },
  missing: { glyph: '−', word: 'missing' },
  unexpected: { glyph: '+', word: 'unexpected' },
  relabelled: { glyph: '≠', word: 'other operation' },
} as const;

/**
 * An edge that the model finds less likely than not. It counts edges by position, which one missing
 * node shifts for all behind it: a call that both trees have at its call path is not marked.
 */
const UNLIKELY = 0.5;

export function TreeComparison({ rows, hovered = null, onHover, onMove }: TreeComparisonProps) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || onMove === undefined) return;
    event.preventDefault();
    onMove(step);
  };
  return (
    <table
      className="tree-comparison"
      aria-label="Tree and reconstruction"
      tabIndex={onMove === undefined ? undefined : 0}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          <th scope="col">trace</th>
          <th scope="col">
            <span className="said-only">difference</span>
          </th>
          <th scope="col">reconstruction</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { glyph, word } = DIFF_MARKS[row.status];
          const lit = row.observedIndex !== null && row.observedIndex === hovered;
          return (
            <tr
              key={row.key}
              className={`tree-comparison__row tree-comparison__row--${row.status}${lit ? ' tree-comparison__row--lit' : ''}`}
              aria-current={lit || undefined}
              onPointerEnter={() => onHover?.(row.observedIndex)}
              onPointerLeave={() => onHover?.(null)}
            >
              <td>
                {row.observed === null ? <Gap word={word} /> : <Side row={row} side="observed" />}
              </td>
              <td className="tree-comparison__mark">
                <span aria-hidden="true">{glyph}</span>
                <span className="said-only">{word || 'same'}</span>
              </td>
              <td>
                {row.reconstructed === null ? (
                  <Gap word={word} />
                ) : (
                  <Side row={row} side="reconstructed" />
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Gap({ word }: { readonly word: string }) {
  return <span className="tree-comparison__gap">{word}</span>;
}

interface SideProps {
  readonly row: ComparisonRow;
  readonly side: 'observed' | 'reconstructed';
}

function Side({ row, side }: SideProps) {
  const node = row[side];
  if (node === null) return null;
  const { service, operation, latencyMs, spanCount = 1, edgeProbability } = node;
  const isOdd = row.status !== 'same';
  const unlikelyEdge = isOdd && edgeProbability !== null && edgeProbability < UNLIKELY;
  const style = {
    '--depth': row.depth,
    '--service': serviceColourCss(service),
  } as CSSProperties;
  const words = [
    `${service} ${operation}`,
    `p(operation) ${formatNumber(node.operationProbability)}`,
    edgeProbability === null ? 'root' : `p(edge) ${formatNumber(edgeProbability)}`,
  ].join(', ');
  return (
    <div className="tree-comparison__node" style={style} title={words}>
      <span className="tree-comparison__service">{service}</span>
      <span className="tree-comparison__operation">
        {operation}
        {spanCount > 1 && ` ×${formatCount(spanCount)}`}
      </span>
      <span className="tree-comparison__numbers">
        {side === 'observed' && latencyMs !== undefined && formatMs(latencyMs)}
        {side === 'reconstructed' && `p ${formatNumber(node.operationProbability)}`}
        {unlikelyEdge && (
          <span className="tree-comparison__edge"> ⚠ edge p {formatNumber(edgeProbability)}</span>
        )}
      </span>
    </div>
  );
}
