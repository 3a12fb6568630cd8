/** The kept model at hand, and the question what to do with files that come meanwhile. */
import { learntRun } from '../../../stores/run/model-store.ts';
import { isRunning } from '../../../stores/run/training-phase.ts';
import {
  useDataset,
  useKeptRuns,
  useModel,
  useModels,
  useRuns,
} from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Dialog } from '../../widgets/Dialog.tsx';
import { formatCount } from '../../widgets/format.ts';
import { FailureInView } from '../page/FailureInView.tsx';

export function OpenedModel() {
  const { model, failure, dismissFailure } = useModel((m) => m);
  const ofList = useModels((m) => m.failure);
  const dismissOfList = useModels((m) => m.dismissFailure);
  return (
    <>
      {failure !== null && (
        <FailureInView kind="error" failure={failure} onDismiss={dismissFailure} />
      )}
      {ofList !== null && <FailureInView kind="warn" failure={ofList} onDismiss={dismissOfList} />}
      {model !== null && <ModelAtHand />}
    </>
  );
}

function ModelAtHand() {
  const { model, id, scoreHere, goOnTraining, close } = useModel((m) => m);
  const isHere = useDataset((d) => d.dataset !== null && d.status.phase === 'ready');
  const isBusy = useRuns((r) => isRunning(r.training) || r.scoring.phase === 'running');
  if (model === null) return null;
  const { name, traces } = model.origin;
  return (
    <p className="data-cell__mappings">
      <span>
        Model <strong>{name}</strong>, trained on {formatCount(traces.train, 'trace')}. Drop traces
        to score them with it{isHere ? ', or:' : '.'}
      </span>
      {isHere && (
        <Button size="small" disabled={isBusy} onClick={() => void scoreHere()}>
          Score this dataset
        </Button>
      )}
      {isHere && id !== null && (
        <Button size="small" disabled={isBusy} onClick={() => void goOnTraining()}>
          Go on training on it
        </Button>
      )}
      <Button size="small" onClick={close}>
        Close the model
      </Button>
    </p>
  );
}

export function ModelQuestion() {
  const { model, waiting, answer } = useModel((m) => m);
  const run = useRuns(learntRun);
  const runName = useKeptRuns((k) => k.entries.find(({ id }) => id === run?.id)?.name);
  const dataset = useDataset((d) => d.dataset);
  if (waiting === null) return null;
  const { names } = waiting;
  const what = names.length === 1 ? names[0] : formatCount(names.length, 'file');
  const ofRun = runName ?? 'the run on show';
  const scorer = model?.origin.name ?? ofRun;
  const toRun = run !== null && dataset !== null;
  return (
    <Dialog
      title={`What is to be done with ${what}?`}
      onCancel={() => void answer(null)}
      actions={
        <>
          <Button onClick={() => void answer(null)}>Cancel</Button>
          <Button onClick={() => void answer('dataset')}>New dataset</Button>
          {toRun && <Button onClick={() => void answer('test')}>Add as test file</Button>}
          <Button variant="primary" onClick={() => void answer('score')}>
            Score with {scorer}
          </Button>
        </>
      }
    >
      <p>
        <strong>{scorer}</strong> can score these traces as they are, as a dataset of their own.
        {toRun && (
          <>
            {' '}
            As test files they are scored by {ofRun}, in one list with the traces of{' '}
            <strong>{dataset.name}</strong>.
          </>
        )}{' '}
        As a new dataset they are there to train with.
      </p>
    </Dialog>
  );
}
