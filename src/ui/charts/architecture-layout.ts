/**
 * TraceVAE as boxes and arrows, after Figure 4 of the paper (section 4): the structure VAE above, the
 * time VAE below, and between them what the time VAE reads of the structure, without gradients.
 */
import { formatCount } from '../widgets/format.ts';

export interface ArchitectureSizes {
  /** Units of each attention head, heads and layers of a graph attention network. */
  readonly units: number;
  readonly heads: number;
  readonly layers: number;
  readonly operationEmbedding: number;
  readonly nodeEmbedding: number;
  readonly flowLevels: number;
  /** K and K2, sizes of z and z2. */
  readonly latent: number;
  readonly latent2: number;
  /** N_max */
  readonly maxNodes: number;
  /** Of call paths, which make no node embeddings and count no nodes. */
  readonly structureDecoder: 'paper' | 'call-paths';
  /** Size of the vocabulary; null before there is a dataset. */
  readonly operations: number | null;
}

export type BoxKind = 'observed' | 'layer' | 'latent' | 'prior';

export interface ArchitectureBox {
  readonly id: string;
  readonly kind: BoxKind;
  readonly title: string;
  readonly size: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ArchitectureArrow {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly gradientStopped: boolean;
}

export interface Architecture {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly { title: string; y: number; height: number }[];
  readonly boxes: readonly ArchitectureBox[];
  readonly arrows: readonly ArchitectureArrow[];
  /** Where the words about stopped gradients stand. */
  readonly stopLabel: { readonly x: number; readonly y: number };
}

/** Left edge and width of the columns, inputs to outputs. */
const COLUMNS = [
  [16, 108],
  [150, 116],
  [292, 124],
  [442, 96],
  [564, 124],
  [714, 124],
  [864, 124],
  [1014, 112],
] as const;
const TOP_LANE = { y: 0, height: 188, middle: 104 } as const;
const LOW_LANE = { y: 224, height: 144, middle: 322 } as const;
/** Height of the corridor between the lanes, where arrows without gradients run. */
const CORRIDOR = 206;
const BOX_HEIGHT = 48;

type Draft = readonly [
  id: string,
  kind: BoxKind,
  column: number,
  middle: number,
  title: string,
  size: string,
  height?: number,
];

function boxOf([
  id,
  kind,
  column,
  middle,
  title,
  size,
  height = BOX_HEIGHT,
]: Draft): ArchitectureBox {
  const [x, width] = COLUMNS[column]!;
  return { id, kind, title, size, x, y: middle - height / 2, width, height };
}

/** p(N, A, Y | z), as the structure decoder has it. */
function structureDrafts({
  structureDecoder,
  maxNodes,
  nodeEmbedding,
}: ArchitectureSizes): readonly Draft[] {
  const { middle } = TOP_LANE;
  if (structureDecoder === 'call-paths') {
    return [
      ['graph', 'layer', 5, middle, 'Fully connected', 'a row per call path'],
      ['a', 'observed', 7, middle - 26, 'A', 'Bernoulli per call', 40],
      ['y', 'observed', 7, middle + 26, 'Y', 'root, by path', 40],
    ];
  }
  return [
    ['graph', 'layer', 5, middle, 'Fully connected', `${maxNodes} × ${nodeEmbedding}`],
    ['n', 'observed', 7, middle - 52, 'N', 'categorical', 40],
    ['a', 'observed', 7, middle, 'A', 'Bernoulli', 40],
    ['y', 'observed', 7, middle + 52, 'Y', 'categorical', 40],
  ];
}

export function layoutArchitecture(sizes: ArchitectureSizes): Architecture {
  const { units, heads, layers, latent, latent2, operations } = sizes;
  const gat = `${layers} layers, ${heads} × ${formatCount(units)}`;
  const top = TOP_LANE.middle;
  const low = LOW_LANE.middle;
  const vocabulary = operations === null ? 'operations' : formatCount(operations);
  const drafts: readonly Draft[] = [
    ['ay', 'observed', 0, top, 'A, Y', 'calls, operations'],
    ['embedding', 'layer', 1, top, 'Embedding yᵢ', `${vocabulary} × ${sizes.operationEmbedding}`],
    ['encoder', 'layer', 2, top, 'GAT', gat],
    ['pool', 'layer', 3, top, 'Pooling', 'mean of nodes'],
    ['z', 'latent', 4, top, 'z ~ q(z | A, Y)', `K = ${latent}`],
    ['prior', 'prior', 4, 36, 'p(z)', `RealNVP, ${sizes.flowLevels} levels`, 40],
    ...structureDrafts(sizes),
    ['x', 'observed', 0, low, 'X', 'latency'],
    ['join', 'layer', 1, low, 'yᵢ ‖ xᵢ', 'per node'],
    ['encoder2', 'layer', 2, low, 'GAT', gat],
    ['pool2', 'layer', 3, low, 'Pooling', 'mean of nodes'],
    ['z2', 'latent', 4, low, 'z₂ ~ q(z₂ | A, X, Y)', `K₂ = ${latent2}`],
    ['prior2', 'prior', 4, 258, 'p(z₂ | z)', 'Gaussian', 40],
    ['dispatch', 'layer', 5, low, 'Dispatching layer', 'z₂ ‖ yᵢ per node'],
    ['decoder2', 'layer', 6, low, 'GAT', gat],
    ['x2', 'observed', 7, low, 'X', 'Gaussian μᵢ, σᵢ'],
  ];
  const boxes = drafts.map(boxOf);
  const find = (id: string): ArchitectureBox => boxes.find((box) => box.id === id)!;

  const across = (from: string, to: string): ArchitectureArrow => {
    const [a, b] = [find(from), find(to)];
    const [x0, y0] = [a.x + a.width, a.y + a.height / 2];
    const [x1, y1] = [b.x, b.y + b.height / 2];
    const path = y0 === y1 ? `M${x0},${y0}H${x1}` : `M${x0},${y0}H${x1 - 20}V${y1}H${x1}`;
    return { from, to, path, gradientStopped: false };
  };
  const down = (from: string, to: string): ArchitectureArrow => {
    const [a, b] = [find(from), find(to)];
    const path = `M${a.x + a.width / 2},${a.y + a.height}V${b.y}`;
    return { from, to, path, gradientStopped: false };
  };
  const embedding = find('embedding');
  const x = embedding.x + embedding.width / 2;
  const bottom = embedding.y + embedding.height;
  const dispatch = find('dispatch');
  const join = find('join');
  const stopped = (to: ArchitectureBox, path: string): ArchitectureArrow => ({
    from: 'embedding',
    to: to.id,
    path,
    gradientStopped: true,
  });
  return {
    width: 1142,
    height: LOW_LANE.y + LOW_LANE.height,
    lanes: [
      { title: 'Structure VAE', y: TOP_LANE.y, height: TOP_LANE.height },
      { title: 'Time VAE', y: LOW_LANE.y, height: LOW_LANE.height },
    ],
    boxes,
    arrows: [
      across('ay', 'embedding'),
      across('embedding', 'encoder'),
      across('encoder', 'pool'),
      across('pool', 'z'),
      down('prior', 'z'),
      across('z', 'graph'),
      ...['n', 'a', 'y']
        .filter((id) => boxes.some((box) => box.id === id))
        .map((id) => across('graph', id)),
      across('x', 'join'),
      across('join', 'encoder2'),
      across('encoder2', 'pool2'),
      across('pool2', 'z2'),
      down('z', 'prior2'),
      down('prior2', 'z2'),
      across('z2', 'dispatch'),
      across('dispatch', 'decoder2'),
      across('decoder2', 'x2'),
      stopped(join, `M${x},${bottom}V${join.y}`),
      stopped(dispatch, `M${x},${CORRIDOR}H${dispatch.x + dispatch.width / 2}V${dispatch.y}`),
    ],
    stopLabel: { x: x + 12, y: CORRIDOR - 6 },
  };
}
