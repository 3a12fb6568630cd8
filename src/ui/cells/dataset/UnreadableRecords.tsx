/** What is stored and cannot be read: each with its reason, to be saved as it is or deleted. */
import type { Unreadable } from '../../../stores/page/unreadable-store.ts';
import { useNotebook, useUnreadable } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';

export function UnreadableRecords() {
  const records = useUnreadable((u) => u.records);
  const failure = useUnreadable((u) => u.failure);
  return (
    <>
      {records.map((record) => (
        <UnreadableRecord key={`${record.datasetId} ${record.runId}`} record={record} />
      ))}
      {failure !== null && <FailureNotice kind="warn" failure={failure} />}
    </>
  );
}

const KINDS = { datasets: 'dataset', runs: 'run', models: 'model' } as const;

function UnreadableRecord({ record }: { readonly record: Unreadable }) {
  const { file, unreadable } = useNotebook();
  const { store, name, why } = record;
  const kind = KINDS[store];
  return (
    <Notice
      kind="warn"
      what={`The ${kind} “${name}” cannot be opened: ${why.what}.`}
      where={why.where}
      advice={`${why.advice}; nothing else is affected`}
    >
      <Button
        size="small"
        icon="download"
        aria-label={`Save the ${kind} ${name} as it is`}
        onClick={() => void file.getState().saveRaw(record).then(downloadWritten)}
      >
        Save as it is
      </Button>
      <Button
        size="small"
        icon="trash"
        aria-label={`Delete the ${kind} ${name} for good`}
        onClick={() => void unreadable.getState().remove(record)}
      >
        Delete for good
      </Button>
    </Notice>
  );
}
