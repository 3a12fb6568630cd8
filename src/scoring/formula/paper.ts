/** The paper's scores written as formulas, to begin from. */
import type { Variant } from '../corrections/list.ts';

const sumOf = (nodes: string, edges: string, time: string): string =>
  `score(${nodes} + ${edges} + nll.operations + ${time} + kl.z + kl.z2)`;

const NODES = 'nll.nodes * (1 + (n_max^2 - 1) * (nll.nodes > ln(2)))';
const EDGES = 'nll.edges + (n_max - 1) * nll.edges.below(0.5)';
const NORMALISED = 'n_max / max(1, nodes.time)';

/** Equations (3), (6) and (7) and section 5.3, with the paper's constants. */
export const PAPER_FORMULAS: Readonly<Record<Variant, string>> = {
  nll: sumOf('nll.nodes', 'nll.edges', 'nll.time'),
  bcscale: sumOf(NODES, EDGES, 'nll.time'),
  ncnorm: sumOf('nll.nodes', 'nll.edges', `nll.time * ${NORMALISED}`),
  stdlimit: sumOf('nll.nodes', 'nll.edges', 'nll.time.limited'),
  full: sumOf(NODES, EDGES, `nll.time.limited * ${NORMALISED}`),
};
