/** A structure at a glance: dots in the colours of their services, and lines. */
import { serviceColourCss } from '../theme/service-colour.ts';
import { layoutTree } from './tree-layout.ts';
import './mini-tree.css';

export interface MiniTreeProps {
  /** Root first; -1 for the root's parent. */
  readonly nodes: readonly { readonly parent: number; readonly service: string }[];
  readonly width?: number;
  readonly height?: number;
  /** In words; left out where the text beside it says the same. */
  readonly label?: string;
}

const UNIT = {
  direction: 'down',
  box: { width: 0, height: 0 },
  siblingGap: 1,
  levelGap: 1,
} as const;

export function MiniTree({ nodes, width = 120, height = 60, label }: MiniTreeProps) {
  const layout = layoutTree(
    nodes.map(({ parent }) => parent),
    UNIT,
  );
  const radius = Math.max(1.5, Math.min(3.5, 60 / (nodes.length + 8)));
  const [roomX, roomY] = [width - 2 * radius - 2, height - 2 * radius - 2];
  const stepX = Math.min(14, roomX / Math.max(1, layout.width));
  const stepY = Math.min(16, roomY / Math.max(1, layout.height));
  const left = (width - stepX * layout.width) / 2;
  const top = (height - stepY * layout.height) / 2;
  const places = layout.boxes.map(({ x, y }) => ({ x: left + x * stepX, y: top + y * stepY }));
  return (
    <svg
      className="mini-tree"
      width={width}
      height={height}
      role="img"
      aria-label={label ?? `tree of ${nodes.length} nodes`}
    >
      <path
        className="mini-tree__edge"
        d={nodes
          .map(({ parent }, i) => {
            const from = places[parent];
            return from === undefined ? '' : `M${from.x},${from.y}L${places[i]!.x},${places[i]!.y}`;
          })
          .join('')}
      />
      {nodes.map((node, i) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a node is its index
          key={i}
          cx={places[i]!.x}
          cy={places[i]!.y}
          r={radius}
          style={{ fill: serviceColourCss(node.service) }}
        />
      ))}
    </svg>
  );
}
