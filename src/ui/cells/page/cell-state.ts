/**
 * The state of a cell for React: a word, so that a cell is drawn anew when it changes and not with
 * every step of a training.
 */
import { type CellState, cellStates } from '../../../stores/page/cell-states.ts';
import { useDataset, useNotebook, useRuns } from '../../app/notebook-context.ts';

export function useCellState(id: keyof ReturnType<typeof cellStates>): CellState {
  const { dataset, runs } = useNotebook();
  useDataset((state) => cellStates(state, runs.getState())[id]);
  return useRuns((state) => cellStates(dataset.getState(), state)[id]);
}
