/**
 * A merged call tree. Each node says its service, operation, span count and latency; in a comparison
 * also whether it is missing, unexpected or relabelled, by line, glyph and word. Arrow keys walk the
 * tree, Enter selects, and the node under the pointer or the focus is told to the caller, so that
 * its twins elsewhere light up.
 */
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { nodeWords, type TraceTreeNode, TreeNodeBox } from './TreeNodeBox.tsx';
import {
  edgePath,
  fittingDirection,
  layoutTree,
  nodeAfterKey,
  type TreeDirection,
  type TreeGeometry,
} from './tree-layout.ts';
import { useWidth } from './use-size.ts';
import './trace-tree.css';

export type { NodeStatus, TraceTreeNode } from './TreeNodeBox.tsx';
export type { TreeDirection } from './tree-layout.ts';

export interface TraceTreeProps {
  /** Which tree this is, for screen readers. */
  readonly label: string;
  /** Root first. */
  readonly nodes: readonly TraceTreeNode[];
  /** `auto` takes the first of down, right and indent that needs no scrolling sideways. */
  readonly direction?: TreeDirection | 'auto';
  readonly hovered?: number | null;
  readonly selected?: number | null;
  readonly onHover?: (node: number | null) => void;
  readonly onSelect?: (node: number) => void;
  /** Pixels; beyond it the tree scrolls in its box. */
  readonly maxHeight?: number;
  readonly empty?: string;
}

const GEOMETRY: Readonly<Record<TreeDirection, TreeGeometry>> = {
  down: { direction: 'down', box: { width: 156, height: 54 }, siblingGap: 12, levelGap: 28 },
  right: { direction: 'right', box: { width: 168, height: 54 }, siblingGap: 8, levelGap: 36 },
  // Boxes of an indented tree reach to the right edge and are at least this wide.
  indent: { direction: 'indent', box: { width: 220, height: 36 }, siblingGap: 4, levelGap: 16 },
};
const PADDING = 8;

export function TraceTree(props: TraceTreeProps) {
  const { label, nodes, hovered = null, selected = null, maxHeight = 480 } = props;
  const { onHover, onSelect } = props;
  const [focusable, setFocusable] = useState(0);
  const groups = useRef(new Map<number, SVGGElement>());
  const [scroller, room] = useWidth<HTMLDivElement>();
  const parents = nodes.map(({ parent }) => parent);
  const direction =
    props.direction === undefined || props.direction === 'auto'
      ? fittingDirection(parents, room - 2 * PADDING, GEOMETRY)
      : props.direction;
  const geometry = GEOMETRY[direction];
  const layout = layoutTree(parents, geometry);
  const current = Math.min(focusable, Math.max(0, nodes.length - 1));
  const width = Math.max(layout.width + 2 * PADDING, direction === 'indent' ? room : 0);
  const root = layout.boxes[0];

  // A tree larger than its box starts with the root in sight.
  const [rootX, rootY] = [root?.x ?? 0, root?.y ?? 0];
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollLeft = rootX + geometry.box.width / 2 - room / 2;
    element.scrollTop = rootY + geometry.box.height / 2 - element.clientHeight / 2;
  }, [rootX, rootY, geometry, scroller, room]);

  const onKeyDown = (event: KeyboardEvent, node: number) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect?.(node);
      return;
    }
    const goal = nodeAfterKey(event.key, node, parents, layout, direction);
    if (goal === null) return;
    event.preventDefault();
    setFocusable(goal);
    groups.current.get(goal)?.focus();
  };

  if (nodes.length === 0) {
    return <p className="trace-tree__empty">{props.empty ?? 'No tree to draw.'}</p>;
  }
  return (
    <div
      ref={scroller}
      className={`trace-tree trace-tree--${direction}`}
      style={{ '--tree-max-height': `${maxHeight}px` } as CSSProperties}
      role="tree"
      aria-label={`${label}, ${nodes.length} nodes`}
    >
      <svg width={width} height={layout.height + 2 * PADDING} role="presentation">
        <g transform={`translate(${PADDING} ${PADDING})`}>
          {nodes.map((node, i) => {
            const from = layout.boxes[node.parent];
            if (from === undefined) return null;
            const kind = node.edgeStatus ?? node.status ?? 'same';
            return (
              <path
                // biome-ignore lint/suspicious/noArrayIndexKey: a node is its index
                key={i}
                className={`trace-tree__edge trace-tree__edge--${kind}`}
                d={edgePath(from, layout.boxes[i]!, geometry)}
              />
            );
          })}
          {layout.preorder.map((i) => {
            const node = nodes[i]!;
            const { x, y, depth } = layout.boxes[i]!;
            const lit = i === hovered ? ' trace-tree__node--hovered' : '';
            return (
              <g
                key={i}
                ref={(element) => {
                  if (element) groups.current.set(i, element);
                  else groups.current.delete(i);
                }}
                className={`trace-tree__node trace-tree__node--${node.status ?? 'same'}${lit}`}
                transform={`translate(${x} ${y})`}
                role="treeitem"
                aria-level={depth + 1}
                aria-selected={i === selected}
                aria-label={nodeWords(node)}
                tabIndex={i === current ? 0 : -1}
                onKeyDown={(event) => onKeyDown(event, i)}
                onPointerEnter={() => onHover?.(i)}
                onPointerLeave={() => onHover?.(null)}
                onFocus={() => {
                  setFocusable(i);
                  onHover?.(i);
                }}
                onBlur={() => onHover?.(null)}
                onClick={() => onSelect?.(i)}
              >
                <TreeNodeBox
                  node={node}
                  box={
                    direction === 'indent'
                      ? { ...geometry.box, width: width - 2 * PADDING - x }
                      : geometry.box
                  }
                  rows={direction === 'indent' ? 2 : 3}
                />
              </g>
            );
          })}
        </g>
      </svg>
    </div>
  );
}
