/** What the cells are called, and what each is for, in a sentence that needs no other. */
import type { CellId, Reader } from '../../../stores/page/cell-order.ts';

const CELL_TITLES: Readonly<Record<CellId, string>> = {
  data: 'Data',
  prepare: 'Prepare',
  trees: 'Trees',
  training: 'Model and training',
  runs: 'Runs',
  scores: 'Scores',
  lab: 'Entropy gap',
  flagged: 'Flagged traces',
  changes: 'What changed',
  baselines: 'Baselines',
  equations: 'Equations',
};

/** An engineer looks for odd traces, a researcher at what a threshold flags. */
export const cellTitle = (reader: Reader, id: CellId): string =>
  reader === 'engineer' && id === 'flagged' ? 'Odd traces' : CELL_TITLES[id];

export const CELL_SAYS: Readonly<Record<CellId, string>> = {
  data: 'What was read, and what was set aside.',
  prepare: 'For experiments: balances the traces and puts made-up odd ones in.',
  trees: 'Which calls requests make, the most frequent pattern first.',
  training: 'Learns from these traces what is normal; its settings and its progress.',
  runs: 'What was learnt before, side by side.',
  scores: 'How odd every trace is, as a number, and where the line is drawn.',
  lab: 'Why a small odd trace can look more normal than a large usual one.',
  flagged: 'The traces that stand out, and what is odd about each.',
  changes: 'Two periods compared: new and lost calls, slower ones, errors.',
  baselines: 'Other methods on the same traces.',
  equations: 'The formulas behind the numbers.',
};
