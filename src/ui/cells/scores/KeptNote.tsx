/** Which model scored the traces, where they did not train it, and how far they have moved from it. */
import { isSameModel } from '../../../stores/run/kept-models-store.ts';
import { keptWords } from '../../../stores/run/kept-words.ts';
import { isRunning } from '../../../stores/run/training-phase.ts';
import { useModel, useModels, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import type { Scored } from './scored.tsx';

export function KeptNote({ scored }: { readonly scored: Scored }) {
  const { run, scores } = scored;
  const words = keptWords(run.settings, scores, scored.trained);
  const of = run.settings.kept?.of;
  const isKept = useModels(
    (m) => of !== undefined && m.entries.some((one) => isSameModel(one, of)),
  );
  const isBusy = useRuns((r) => isRunning(r.training) || r.scoring.phase === 'running');
  const goOnTraining = useModel((m) => m.goOnTraining);
  if (words.length === 0) return null;
  return (
    <p className="quiet data-cell__mappings">
      <span>{words.join(' ')}</span>
      {isKept && (
        <Button size="small" disabled={isBusy} onClick={() => void goOnTraining(of)}>
          Go on training on these
        </Button>
      )}
    </p>
  );
}
