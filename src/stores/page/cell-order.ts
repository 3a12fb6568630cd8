/**
 * The same cells for two readers: an engineer on call, who has the odd traces first and the model
 * folded, and a researcher, who has everything open in the order of the paper.
 */
export const CELLS = [
  'data',
  'prepare',
  'trees',
  'training',
  'runs',
  'scores',
  'lab',
  'flagged',
  'changes',
  'baselines',
  'equations',
] as const;
export type CellId = (typeof CELLS)[number];
export const READERS = ['engineer', 'researcher'] as const;
export type Reader = (typeof READERS)[number];

export const DEFAULT_READER: Reader = 'engineer';

/** Cells that are an answer, and never folded. */
const ANSWERS: readonly CellId[] = ['data', 'flagged'];

const ORDERS: Readonly<Record<Reader, readonly CellId[]>> = {
  engineer: [
    ...ANSWERS,
    'changes',
    'training',
    'scores',
    'trees',
    'runs',
    'prepare',
    'lab',
    'baselines',
    'equations',
  ],
  researcher: CELLS,
};

export const cellOrder = (reader: Reader): readonly CellId[] => ORDERS[reader];

/** Whether a reader can fold the whole of a cell away. */
export const canFold = (reader: Reader, id: CellId): boolean =>
  reader === 'engineer' && !ANSWERS.includes(id);
