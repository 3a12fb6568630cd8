/** The nodes of the edited trace, and what can be done to the chosen one. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { namedOperation } from '../../../stores/shared/tree-view.ts';
import type { EditableTree } from '../../../stores/trace/what-if-store.ts';
import { depths, editedNodes, listedNodes } from '../../../stores/trace/what-if-view.ts';
import { useInspect, useWhatIf } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatCount, formatMs, formatZ } from '../../widgets/format.ts';
import { NumberField } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';
import type { Scored } from '../scores/scored.tsx';

interface NodesProps {
  readonly scored: Scored;
}

export function WhatIfNodes({ scored }: NodesProps) {
  const tree = useWhatIf((w) => w.steps[w.at]?.tree);
  const after = useWhatIf((w) => w.after);
  const highlight = useInspect((i) => i.setNode);
  const lit = useInspect((i) => i.node);
  const recorded = useWhatIf((w) => w.steps[0]?.tree);
  const [chosen, setChosen] = useState(0);
  const { traces } = scored.dataset.imported;
  const names = useMemo(() => (tree ? editedNodes(traces, tree) : []), [traces, tree]);
  const order = useMemo(() => (tree ? listedNodes(tree) : []), [tree]);
  const depth = useMemo(() => (tree ? depths(tree) : []), [tree]);
  // Nodes are the trace's own until their number changes.
  const own = tree !== undefined && tree.length === recorded?.length;
  useEffect(() => {
    if (own && lit !== null) setChosen(lit);
  }, [own, lit]);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  if (tree === undefined) return null;
  const node = Math.min(chosen, tree.length - 1);
  const choose = (next: number): void => {
    setChosen(next);
    if (own) highlight(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = order.indexOf(node);
    const goal = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: order.length - 1,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    const next = order[Math.max(0, Math.min(order.length - 1, goal))]!;
    choose(next);
    list.current
      ?.querySelector(`#${CSS.escape(`${id}-${next}`)}`)
      ?.scrollIntoView({ block: 'nearest' });
  };
  const scoredHere = after?.tree === tree ? after.explanation.nodes : null;
  return (
    <>
      <div
        ref={list}
        className="what-if__nodes"
        role="listbox"
        aria-label="Nodes of the edited trace"
        aria-activedescendant={`${id}-${node}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {order.map((i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: active by aria-activedescendant
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
          <div
            key={i}
            id={`${id}-${i}`}
            className="what-if__node"
            role="option"
            aria-selected={i === node}
            onClick={() => choose(i)}
          >
            <span style={{ paddingInlineStart: Math.min(depth[i]!, DEEPEST) * INDENT_PX }}>
              {names[i]!.service}/{names[i]!.operation}
              {names[i]!.spanCount > 1 && ` ×${formatCount(names[i]!.spanCount)}`}
            </span>
            <span className="what-if__number">{formatMs(names[i]!.latencyMs)}</span>
            <span className="what-if__number">
              {scoredHere === null ? '…' : `z ${formatZ(scoredHere.zScore[i]!)}`}
            </span>
          </div>
        ))}
      </div>
      <EditNode key={`${node} ${tree[node]!.operation}`} scored={scored} tree={tree} node={node} />
    </>
  );
}

const INDENT_PX = 12;
const DEEPEST = 12;

interface EditNodeProps extends NodesProps {
  readonly tree: EditableTree;
  readonly node: number;
}

/** A trace of fewer nodes is not scored. */
const LEAST_NODES = 2;

function EditNode({ scored, tree, node }: EditNodeProps) {
  const edit = useWhatIf((w) => w.edit);
  const after = useWhatIf((w) => w.after);
  const { traces } = scored.dataset.imported;
  const { maxNodes } = scored.run.settings.model;
  const { latencyUs, operation } = tree[node]!;
  const { service, operation: name } = namedOperation(traces, operation);
  const operations = useMemo(
    () =>
      traces.operations.slice(1).map((_, i) => {
        const named = namedOperation(traces, i + 1);
        return { value: String(i + 1), label: `${named.service}/${named.operation}` };
      }),
    [traces],
  );
  const expectedMs = after?.tree === tree ? after.explanation.nodes.expectedMs[node] : undefined;
  const below = subtreeSize(tree, node);
  const setMs = (ms: number): void => edit({ kind: 'latency', node, latencyUs: ms * 1e3 });
  return (
    <fieldset className="what-if__edit">
      <legend>
        {service}/{name}
      </legend>
      <LatencySlider latencyMs={latencyUs / 1e3} onChange={setMs} />
      <div className="what-if__row">
        <NumberField
          label="Latency"
          unit="ms"
          min={0}
          value={Number((latencyUs / 1e3).toPrecision(6))}
          onChange={setMs}
        />
        {expectedMs !== undefined && (
          <Button size="small" onClick={() => setMs(Math.max(0, expectedMs))}>
            Set to expected, {formatMs(expectedMs)}
          </Button>
        )}
      </div>
      <Select
        label="Operation"
        value={String(operation)}
        options={operations}
        onChange={(next) => edit({ kind: 'operation', node, operation: Number(next) })}
      />
      <div className="what-if__row">
        <Button
          size="small"
          icon="trash"
          disabled={node === 0 || tree.length - below < LEAST_NODES}
          onClick={() => edit({ kind: 'drop', node })}
        >
          {below === 1 ? 'Drop this node' : `Drop these ${formatCount(below, 'node')}`}
        </Button>
      </div>
      <AddSubtree scored={scored} tree={tree} node={node} maxNodes={maxNodes} />
    </fieldset>
  );
}

function subtreeSize(tree: EditableTree, node: number): number {
  const inside = new Set([node]);
  tree.forEach(({ parent }, i) => {
    if (inside.has(parent)) inside.add(i);
  });
  return inside.size;
}

interface LatencySliderProps {
  readonly latencyMs: number;
  readonly onChange: (ms: number) => void;
}

/** From a microsecond to a minute or more, by equal ratios; 0 at the left end. */
function LatencySlider({ latencyMs, onChange }: LatencySliderProps) {
  const id = useId();
  const [most] = useState(() => Math.max(LONGEST_MS, 10 * latencyMs));
  const steps = Math.log10(most / SHORTEST_MS);
  const place = latencyMs <= SHORTEST_MS ? 0 : Math.log10(latencyMs / SHORTEST_MS) / steps;
  return (
    <input
      id={id}
      type="range"
      aria-label="Latency, log scale"
      aria-valuetext={formatMs(latencyMs)}
      min={0}
      max={1000}
      step={1}
      value={Math.round(1000 * place)}
      onChange={(event) => {
        const share = Number(event.currentTarget.value) / 1000;
        onChange(share === 0 ? 0 : SHORTEST_MS * 10 ** (share * steps));
      }}
    />
  );
}

const SHORTEST_MS = 1e-3;
const LONGEST_MS = 60_000;

interface AddSubtreeProps extends EditNodeProps {
  readonly maxNodes: number;
}

function AddSubtree({ scored, tree, node, maxNodes }: AddSubtreeProps) {
  const choices = useWhatIf((w) => w.choices);
  const edit = useWhatIf((w) => w.edit);
  const [chosen, setChosen] = useState('0');
  const { traces } = scored.dataset.imported;
  if (choices === null) return null;
  const here = choices.filter((choice) => choice.node === node);
  if (here.length === 0) {
    return (
      <p className="quiet">
        Training traces with this root operation have no other calls under this node.
      </p>
    );
  }
  const choice = here[Number(chosen)] ?? here[0]!;
  const tooMany = tree.length + choice.subtree.length > maxNodes;
  return (
    <div className="what-if__row">
      <Select
        label="Calls that other traces make here"
        value={chosen}
        options={here.map(({ subtree, traces: count }, i) => {
          const { service, operation } = namedOperation(traces, subtree[0]!.operation);
          return {
            value: String(i),
            label: `${service}/${operation}, ${formatCount(subtree.length, 'node')} (${formatCount(count, 'trace')})`,
          };
        })}
        onChange={setChosen}
      />
      <Button
        size="small"
        icon="plus"
        disabled={tooMany}
        title={tooMany ? `The model takes at most ${maxNodes} nodes` : undefined}
        onClick={() => edit({ kind: 'add', node, subtree: choice.subtree })}
      >
        Add
      </Button>
    </div>
  );
}
