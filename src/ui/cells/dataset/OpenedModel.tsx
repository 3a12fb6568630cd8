/** The kept model that is open, and the question what to do with files that come meanwhile. */
import { useModel } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Dialog } from '../../widgets/Dialog.tsx';
import { formatCount } from '../../widgets/format.ts';
import { FailureInView } from '../page/FailureInView.tsx';

export function OpenedModel() {
  const { model, failure, close, dismissFailure } = useModel((m) => m);
  return (
    <>
      {failure !== null && (
        <FailureInView kind="error" failure={failure} onDismiss={dismissFailure} />
      )}
      {model !== null && (
        <p className="data-cell__mappings">
          <span>
            Model <strong>{model.origin.name}</strong>, trained on{' '}
            {formatCount(model.origin.traces.train, 'trace')}. Drop traces to score them with it.
          </span>
          <Button size="small" onClick={close}>
            Close the model
          </Button>
        </p>
      )}
    </>
  );
}

export function ModelQuestion() {
  const { model, waiting, answer } = useModel((m) => m);
  if (model === null || waiting === null) return null;
  const { names } = waiting;
  const what = names.length === 1 ? names[0] : formatCount(names.length, 'file');
  return (
    <Dialog
      title={`What is to be done with ${what}?`}
      onCancel={() => void answer(null)}
      actions={
        <>
          <Button onClick={() => void answer(null)}>Cancel</Button>
          <Button onClick={() => void answer('dataset')}>New dataset</Button>
          <Button variant="primary" onClick={() => void answer('score')}>
            Score with {model.origin.name}
          </Button>
        </>
      }
    >
      <p>
        The model <strong>{model.origin.name}</strong> is open. It can score these traces as they
        are, or they become a dataset to train with.
      </p>
    </Dialog>
  );
}
