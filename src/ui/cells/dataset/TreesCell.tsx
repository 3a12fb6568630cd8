/** The cell: the merged trees by structure, most frequent first. */
import { useMemo, useState } from 'react';
import { type StructureList, structureList } from '../../../stores/shared/tree-view.ts';
import { useDataset, useRuns, useSurvey } from '../../app/notebook-context.ts';
import { MiniTree } from '../../charts/MiniTree.tsx';
import { SaveFigure } from '../../charts/SaveFigure.tsx';
import { TraceTree, type TreeDirection } from '../../charts/TraceTree.tsx';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatMs, formatPercent } from '../../widgets/format.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { useRoving } from '../../widgets/use-roving.ts';
import { useCellState } from '../page/cell-state.ts';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';

/** Shown at first; the rest on demand, so that thousands of structures do not become thousands of drawings. */
const PAGE = 40;

const DIRECTIONS: readonly { readonly value: TreeDirection; readonly label: string }[] = [
  { value: 'down', label: 'top down' },
  { value: 'right', label: 'left to right' },
  { value: 'indent', label: 'indented' },
];

export function TreesCell() {
  const state = useCellState('trees');
  const datasetId = useDataset((d) => d.dataset?.id ?? null);
  const traces = useDataset((d) => d.dataset?.imported.traces ?? null);
  const maxNodes = useRuns((r) => r.choices.model.maxNodes);
  const census = useSurvey((survey) => survey.census);
  const structures = useMemo(
    () => (traces === null || census === null ? null : structureList(traces, census, maxNodes)),
    [traces, census, maxNodes],
  );
  return (
    <NotebookCell
      id="trees"
      state={state}
      section="§2"
      prose={
        <>
          Parallel calls start in any order, so siblings that call the same operation become one
          node of a <G id="mergedTree">merged tree</G>, children are sorted by operation and nodes
          numbered breadth first. Traces with the same merged tree share a{' '}
          <G id="structure">structure</G>.
        </>
      }
      foot={
        structures !== null &&
        `${formatCount(structures.length, 'structure')} of at most ${maxNodes} nodes`
      }
    >
      {structures === null ? (
        <p className="quiet">Counting structures.</p>
      ) : structures.length === 0 ? (
        <p className="quiet">No tree has at most {maxNodes} nodes.</p>
      ) : (
        <Structures key={datasetId} structures={structures} />
      )}
    </NotebookCell>
  );
}

function Structures({ structures }: { readonly structures: StructureList }) {
  const [chosen, setChosen] = useState(0);
  const [shown, setShown] = useState(PAGE);
  const [direction, setDirection] = useState<TreeDirection>('down');
  const view = structures.view(Math.min(chosen, structures.length - 1));
  const listed = useMemo(
    () => Array.from({ length: Math.min(shown, structures.length) }, (_, i) => structures.view(i)),
    [structures, shown],
  );
  const roving = useRoving(listed.length, 'column');
  const root = view.tree[0]!;
  return (
    <div className="trees-cell">
      <div>
        <ol className="structure-list" aria-label="Structures" onKeyDown={roving.onKeyDown}>
          {listed.map(({ structure, tree, traces, share }, i) => (
            <li key={structure}>
              <button
                type="button"
                className="structure-list__item"
                aria-pressed={i === chosen}
                {...roving.item(i)}
                onClick={() => setChosen(i)}
              >
                <MiniTree nodes={tree} width={88} height={44} />
                <span className="structure-list__words">
                  <span>
                    {formatCount(traces, 'trace')}, {formatPercent(share)}
                  </span>
                  <span className="structure-list__root">
                    {tree.length} nodes · {tree[0]?.operation}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ol>
        {shown < structures.length && (
          <Button size="small" onClick={() => setShown(shown + PAGE)}>
            Show {formatCount(Math.min(PAGE, structures.length - shown))} more of{' '}
            {formatCount(structures.length - shown)}
          </Button>
        )}
      </div>
      <div className="trees-cell__tree">
        <div className="table-controls">
          <p className="quiet">
            {root.service} / {root.operation}: {formatCount(view.traces, 'trace')}, mean latencies,
            root {formatMs(root.latencyMs)}
          </p>
          <SegmentedControl
            label="Layout"
            hideLabel
            value={direction}
            options={DIRECTIONS}
            onChange={setDirection}
          />
        </div>
        <div data-figure="">
          <TraceTree
            label={`Structure of ${formatCount(view.traces, 'trace')}`}
            nodes={view.tree}
            direction={direction}
            maxHeight={520}
          />
          <SaveFigure name={`Structure ${view.structure}`} />
        </div>
      </div>
    </div>
  );
}
