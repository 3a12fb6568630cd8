/** The list kind by kind: a heading per kind, which unfolds its traces. */
import { useMemo, useState } from 'react';
import type { TraceKind } from '../../../inspect/trace-kinds.ts';
import { kindLines } from '../../../stores/scores/kind-rows.ts';
import type { TraceList } from '../../../stores/scores/trace-list-store.ts';
import { kindWords } from '../../../stores/scores/trace-list-view.ts';
import { useTraceList } from '../../app/notebook-context.ts';
import { formatCount, formatPercent, formatTime } from '../../widgets/format.ts';
import type { RowGroup } from '../../widgets/VirtualTable.tsx';

export interface ListLines {
  readonly length: number;
  /** Place in the list's order of a line that is a trace; -1 of a heading. */
  readonly indexAt: (line: number) => number;
  readonly lineOf: (index: number) => number;
  /** Of a heading; null of a trace. */
  readonly keyOf: (line: number) => string | null;
  /** null where the list has no groups. */
  readonly groupOf: ((line: number) => RowGroup | null) | null;
}

/** Lines of the table, which are the list's own rows where it is not grouped. */
export function useKindLines({ kinds, order }: TraceList): ListLines {
  const listKind = useTraceList((l) => l.listKind);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    if (kinds === null) {
      const same = (line: number): number => line;
      return {
        length: order.length,
        indexAt: same,
        lineOf: same,
        keyOf: () => null,
        groupOf: null,
      };
    }
    const lines = kindLines(kinds, unfolded);
    const kindAt = (line: number): TraceKind | null => {
      const at = lines.at(line);
      return 'kind' in at ? at.kind : null;
    };
    const toggle = (key: string): void =>
      setUnfolded((before) =>
        before.has(key)
          ? new Set([...before].filter((one) => one !== key))
          : new Set([...before, key]),
      );
    return {
      length: lines.length,
      indexAt: (line) => {
        const at = lines.at(line);
        return 'kind' in at ? -1 : at.index;
      },
      lineOf: lines.lineOf,
      keyOf: (line) => kindAt(line)?.key ?? null,
      groupOf: (line) => {
        const kind = kindAt(line);
        return kind === null
          ? null
          : {
              words: (
                <KindHeading kind={kind} of={order.length} onList={() => void listKind(kind.key)} />
              ),
              unfolded: unfolded.has(kind.key),
              onToggle: () => toggle(kind.key),
              onKey: (key) => {
                if (key === 'l') void listKind(kind.key);
                return key === 'l';
              },
            };
      },
    };
  }, [kinds, order, unfolded, listKind]);
}

interface KindHeadingProps {
  readonly kind: TraceKind;
  readonly of: number;
  readonly onList: () => void;
}

/** Its button is no tab stop: the table is one, and its key l does the same. */
function KindHeading({ kind, of, onList }: KindHeadingProps) {
  const words = kindWords(kind);
  return (
    <>
      <strong>{formatCount(kind.traces)}</strong>
      <span className="quiet">{formatPercent(kind.traces / of)}</span>
      <span className="kind-words" title={words}>
        {words}
      </span>
      {kind.firstMs !== null && (
        <span className="quiet kind-when">
          {kind.firstMs === kind.lastMs
            ? formatTime(kind.firstMs)
            : `${formatTime(kind.firstMs)} to ${formatTime(kind.lastMs)}`}
        </span>
      )}
      <button
        type="button"
        className="kind-list"
        tabIndex={-1}
        aria-label={`List this kind: ${words}`}
        title="List this kind alone (l)"
        onClick={(event) => {
          event.stopPropagation();
          onList();
        }}
      >
        list
      </button>
    </>
  );
}
