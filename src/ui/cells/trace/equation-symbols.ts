/**
 * Equations (1) to (7) of the paper in TeX, what their symbols mean, and what they are for one
 * trace, as far as the explanation of its score knows it.
 */
import type { TraceExplanation } from '../../../detectors/explanation.ts';
import { formatNats, formatNumber } from '../../widgets/format.ts';

export interface PaperSymbol {
  /** Of its class in the TeX of the equations. */
  readonly id: string;
  readonly tex: string;
  readonly means: string;
}

const SYMBOLS = {
  x: { tex: '\\mathbf x', means: 'what was observed: here a trace' },
  z: { tex: 'z', means: 'latent variable of the structure; its KL in this score' },
  z2: { tex: 'z_2', means: 'latent variable of the latencies; its KL in this score' },
  G: { tex: 'G', means: 'the trace: calls A, latencies X, operations Y' },
  N: { tex: 'N', means: 'nodes of the merged tree' },
  Nmax: { tex: 'N_{max}', means: 'the largest tree that the model takes' },
  pN: { tex: 'p_\\theta(N|z)', means: 'probability of this many nodes' },
  pA: { tex: 'p_\\theta(A_{ij}|z)', means: 'probability of the calls that the trace has' },
  py: { tex: 'p_\\theta(y_i|z)', means: 'probability of the operations that the trace has' },
  px: {
    tex: 'p(x_i|A,Y,z_2)',
    means:
      'log density of the latencies, summed over nodes; power tails, a setting, are not the paper’s',
  },
  L: { tex: 'L', means: 'samples of (z, z₂)' },
  nll: { tex: 'NLL_G', means: 'the score without corrections' },
  kld: { tex: 'KLD', means: 'how far the model is from what is tested' },
  H: { tex: '\\mathbb H', means: 'entropy of what is tested: small where traces are small' },
  sigma: { tex: '\\sigma_i', means: 'std that the model gives to a latency' },
  sigma99: { tex: '\\sigma_{p99}', means: '99th percentile of the stds of validation nodes' },
} as const satisfies Record<string, Omit<PaperSymbol, 'id'>>;

export type SymbolId = keyof typeof SYMBOLS;

export const symbolOf = (id: SymbolId): PaperSymbol => ({ id, ...SYMBOLS[id] });

export interface PaperEquation {
  readonly number: string;
  readonly section: string;
  readonly says: string;
  readonly tex: string;
  readonly symbols: readonly SymbolId[];
}

/** A symbol that can be pointed at. */
const s = (id: SymbolId, tex: string = SYMBOLS[id].tex): string =>
  `\\htmlClass{symbol-${id}}{${tex}}`;

export const PAPER_EQUATIONS: readonly PaperEquation[] = [
  {
    number: '1',
    section: '§3.1',
    says: 'A VAE is trained by the evidence lower bound of the log-likelihood.',
    tex: `\\begin{aligned}\\log p_\\theta(${s('x')}) &\\ge \\log p_\\theta(${s('x')}) - \\text{KLD}[q_\\phi(${s('z')}|${s('x')})\\,\\|\\,p_\\theta(${s('z')}|${s('x')})] \\\\ &= \\mathbb E_{q_\\phi(z|x)}[\\log p_\\theta(${s('x')}|${s('z')}) + \\log p_\\lambda(${s('z')}) - \\log q_\\phi(${s('z')}|${s('x')})]\\end{aligned}`,
    symbols: ['x', 'z'],
  },
  {
    number: '2',
    section: '§4',
    says: 'TraceVAE: structure given z, latencies given structure and z₂.',
    tex: `\\begin{aligned} p_{\\theta,\\lambda}(${s('G')},${s('N')},${s('z')},${s('z2')}) &= [p_\\theta(N,A,Y|z)\\,p_\\lambda(${s('z')})]\\cdot[p_\\theta(X|A,Y,z_2)\\,p_\\lambda(${s('z2')}|${s('z')})] \\\\ p_\\theta(N,A,Y|z) &= ${s('pN')}\\cdot\\prod_{ij}${s('pA')}\\cdot\\prod_i ${s('py')} \\\\ p_\\theta(X|A,Y,z_2) &= \\prod_i ${s('px')} \\\\ q_\\phi(z,z_2|G,N) &= q_\\phi(${s('z')}|A,Y)\\cdot q_\\phi(${s('z2')}|A,X,Y)\\end{aligned}`,
    symbols: ['G', 'N', 'z', 'z2', 'pN', 'pA', 'py', 'px'],
  },
  {
    number: '3',
    section: '§5.1',
    says: 'The score: the negative log-likelihood, a mean over samples of the posterior.',
    tex: `${s('nll')} \\approx -\\log\\left[\\frac1{${s('L')}}\\sum_{l=1}^{${s('L')}}\\frac{p_{\\theta,\\lambda}(${s('N')},A,X,Y,${s('z', 'z^{(l)}')},${s('z2', 'z_2^{(l)}')})}{q_\\phi(${s('z', 'z^{(l)}')},${s('z2', 'z_2^{(l)}')}|${s('G')},${s('N')})}\\right]`,
    symbols: ['nll', 'L', 'N', 'G', 'z', 'z2'],
  },
  {
    number: '4',
    section: '§5.1',
    says: 'How far the model is from the data tested, from the mean NLL.',
    tex: `${s('kld', '\\text{KLD}')}[p^*\\|\\,p_{\\text{model}}] \\approx \\overline{${s('nll', '\\text{NLL}_x')}} - ${s('H')}[p^*]`,
    symbols: ['kld', 'nll', 'H'],
  },
  {
    number: '5',
    section: '§5.1',
    says: 'The same, rearranged: the NLL holds an entropy that the model does not control.',
    tex: `\\overline{${s('nll', '\\text{NLL}_x')}} \\approx ${s('kld', '\\text{KLD}')}[p^*\\|\\,p_{\\text{model}}] + ${s('H')}[p^*]`,
    symbols: ['nll', 'kld', 'H'],
  },
  {
    number: '6',
    section: '§5.3',
    says: 'Bernoulli & categorical scaling: what is improbable weighs more.',
    tex: `\\begin{aligned}\\widehat{\\log p_\\theta(N|z)} &= \\log ${s('pN')}\\cdot\\left(${s('Nmax')}^2\\right)^{I(${s('pN')}<0.5)} \\\\ \\widehat{\\log p_\\theta(A_{ij}|z)} &= \\log ${s('pA')}\\cdot\\left(${s('Nmax')}\\right)^{I(${s('pA')}<0.5)}\\end{aligned}`,
    symbols: ['pN', 'pA', 'Nmax'],
  },
  {
    number: '7',
    section: '§5.3',
    says: 'Node count normalization, with σ limited to the 99th percentile of validation.',
    tex: `\\widehat{\\log p(x_i|A,Y,z_2)} = \\frac{${s('Nmax')}}{${s('N')}}\\log ${s('px')}, \\qquad ${s('sigma', '\\tilde\\sigma_i')} = \\min\\{${s('sigma')},${s('sigma99')}\\}`,
    symbols: ['Nmax', 'N', 'px', 'sigma', 'sigma99'],
  },
];

const range = (values: ArrayLike<number>): string => {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (values.length === 0) return 'none';
  const from = formatNumber(low);
  const to = formatNumber(high);
  return from === to ? from : `${from} to ${to}`;
};

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};

export interface ScoreFacts {
  /** L */
  readonly samples: number;
  /** sigma_p99 of all validation nodes, in stds of latency. */
  readonly sigma99: number;
}

/** What the symbols are for one trace; those that one trace does not have are left out. */
export function symbolValues(
  explanation: TraceExplanation,
  { samples, sigma99 }: ScoreFacts,
): ReadonlyMap<SymbolId, string> {
  const { nodes, nodeCount, maxNodes, reconstruction, contributions } = explanation;
  const { nll } = contributions;
  const latency = -sum(nll.nodeLatency);
  return new Map<SymbolId, string>([
    ['z', formatNats(nll.klStructure)],
    ['z2', formatNats(nll.klLatency)],
    ['N', String(nodeCount)],
    ['Nmax', String(maxNodes)],
    ...(reconstruction.nodeCount === null
      ? []
      : ([['pN', formatNumber(reconstruction.nodeCount.observed)]] as const)),
    ['pA', range(nodes.edgeProbability.subarray(1))],
    ['py', range(nodes.operationProbability)],
    ['px', formatNats(latency)],
    ['L', String(samples)],
    ['nll', formatNats(nll.score)],
    ['sigma', range(nodes.std)],
    ...(Number.isFinite(sigma99) ? ([['sigma99', formatNumber(sigma99)]] as const) : []),
  ]);
}
