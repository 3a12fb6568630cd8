/** Each term of the field, explained once; hover or focus the word to read it. */
import type { ReactNode } from 'react';
import { Term } from '../../widgets/Term.tsx';

const GLOSSARY = {
  mergedTree:
    'A trace in which sibling calls of the same operation are one node, children sorted by operation and nodes numbered breadth first (section 2).',
  structure: 'A merged tree without its latencies. Traces with the same calls share a structure.',
  group: 'Traces of the same depth, root operation and set of operations (section A.4).',
  span: 'One call as the tracing system recorded it: service, operation, start, duration, parent.',
  nmax: 'The largest merged tree that the model takes. Larger traces are left out, never cut.',
  kl: 'Kullback-Leibler divergence of the posterior from the prior, log q(z|x) − log p(z), for z and z₂ together; one sample a trace.',
  nll: 'Negative log-likelihood: how unlikely the model finds a trace, in nats. Equation (3).',
  nllStructure: '−log p(N, A, Y | z): node count, edges and operations given z.',
  nllTime:
    '−log p(X | A, Y, z₂): latencies given the tree and z₂. In training each latency counts at most 6 stds from its mean; in validation, with power tails, what lies beyond grows with the log of its distance.',
  loss: 'What is minimised: KL minus log-likelihood, the L2 norm and the unit-ball term.',
  threshold:
    'A percentile of the validation scores, the 99th in the paper (section A.2). No label is used to choose it.',
  bestF: 'The highest F-score over all thresholds: the harmonic mean of precision and recall.',
  auroc:
    'Area under the ROC curve: the chance that an anomaly scores above a normal trace. 0.5 is guessing.',
  ap: 'Average precision: area under the precision-recall curve.',
  bootstrap:
    'Where 95 % of the resamples lie: as many normal traces and anomalies as there are, drawn with repetition. A wide one says that there are too few traces to tell.',
  inversion:
    'Anomalies with a lower NLL than normal traces: small traces have less entropy than large ones, so a small odd trace can look likelier than a large normal one (section 5.2).',
  mismatch: 'The tree that the model reconstructs differs from the trace’s own (Figure 6).',
  mismatched:
    'Anomalies whose reconstructed tree differs from their own, so the model does take them for odd; yet some have a low NLL (Figure 6).',
  fsa: 'A finite-state automaton: its states are call paths, its transitions lead from one call of a trace to the next. It rejects a trace that takes an unknown transition, or whose latency there is more than k stds off.',
  pathVector:
    'One number a call path, which is the operations from the root down to a node: the latency there, standardised, or −1 where the trace lacks it.',
  criticalPath:
    'The calls that the request had to wait for. Merged trees keep no starts, so overlap is derived from latencies: calls that together fit into their caller’s latency ran one after another; one that does not fit ran beside longer ones.',
  std: 'Standard deviation that the model gives to a node’s latency.',
  stdLimit:
    'σ p99: the 99th percentile of the latency stds that the model gives to validation nodes: of each operation’s nodes, at least 1, or of all nodes as in the paper. Larger stds are cut to it (section 5.3).',
  nats: 'Unit of log-likelihood with the natural logarithm; 1 nat is 1.44 bits.',
  oddsRatio:
    'Odds of having it among flagged traces, over the odds among the others; 1 means equally frequent.',
  fisher:
    'The chance that at least so many flagged traces have it when flags do not depend on it. q limits the share of false findings (Benjamini, Hochberg); * marks q below 0.05.',
  backend: 'Where TensorFlow.js computes: WebGPU on a graphics card, or WebAssembly on the CPU.',
  units: 'Width of each of the two attention heads of every graph layer; 500 in the paper.',
  latent: 'K numbers describe a trace’s structure (z), K₂ its latencies (z₂).',
} as const;

export type GlossaryWord = keyof typeof GLOSSARY;

export function G({ id, children }: { readonly id: GlossaryWord; readonly children: ReactNode }) {
  return <Term text={GLOSSARY[id]}>{children}</Term>;
}
