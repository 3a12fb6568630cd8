/** How the RealNVP prior's parameters lie in one flat vector, level by level. */

export interface FlowSizes {
  /** K */
  readonly size: number;
  /** Numbers that the coupling keeps. */
  readonly kept: number;
  readonly hidden: number;
  readonly levels: number;
  /** Of the LeakyReLU in the coupling networks. */
  readonly slope: number;
  /** Added to the logit of the coupling's scale. */
  readonly scaleBias: number;
}

export type FlowParameter =
  | 'preScale'
  | 'bias'
  | 'shiftWeight'
  | 'shiftBias'
  | 'scaleWeight'
  | 'scaleBias'
  | 'sharedWeight'
  | 'sharedBias'
  | 'matrix';

/** Where each parameter of a level starts, in the order of the vector, and the values of a level. */
export function flowPlaces({ size, kept, hidden }: FlowSizes): {
  readonly places: Readonly<Record<FlowParameter, number>>;
  readonly stride: number;
} {
  const changed = size - kept;
  const lengths: Record<FlowParameter, number> = {
    preScale: size,
    bias: size,
    shiftWeight: changed * hidden,
    shiftBias: changed,
    scaleWeight: changed * hidden,
    scaleBias: changed,
    sharedWeight: hidden * kept,
    sharedBias: hidden,
    matrix: size * size,
  };
  let stride = 0;
  const places = { ...lengths };
  for (const [name, length] of Object.entries(lengths) as [FlowParameter, number][]) {
    places[name] = stride;
    stride += length;
  }
  return { places, stride };
}
