/**
 * How far a dataset is that comes in: files, a stored one, a notebook file. In the cell of the data
 * where there is none yet; over the page where one is at hand, whose cells stay where they are.
 */
import type { DatasetPhase } from '../../../stores/dataset/dataset-store.ts';
import { useDataset, useNotebookFile } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatBytes, formatCount, formatRate } from '../../widgets/format.ts';
import { OverPage } from '../../widgets/OverPage.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';

export function DatasetComing() {
  const status = useDataset((d) => d.status);
  const first = useDataset((d) => d.dataset === null);
  const unpacking = useNotebookFile((f) => f.busy === 'opening');
  if (!unpacking && status.phase !== 'importing' && status.phase !== 'opening') return null;
  const progress = (
    <>
      {unpacking && <NotebookProgress />}
      {status.phase === 'importing' && <ImportProgress status={status} />}
      {status.phase === 'opening' && (
        <ProgressBar label="Opening" share={null} text={`Opening ${status.name}`} />
      )}
    </>
  );
  if (first) return progress;
  return (
    <OverPage>
      <div className="dataset-coming">{progress}</div>
    </OverPage>
  );
}

function NotebookProgress() {
  const cancel = useNotebookFile((f) => f.cancel);
  return (
    <div className="data-cell__import">
      <ProgressBar label="Opening the notebook" share={null} text="Unpacking the notebook" />
      <Button onClick={cancel}>Cancel opening</Button>
    </div>
  );
}

function ImportProgress({
  status: { what, progress },
}: {
  readonly status: Extract<DatasetPhase, { phase: 'importing' }>;
}) {
  const cancel = useDataset((d) => d.cancelImport);
  const share =
    progress === null || progress.bytesTotal === 0
      ? null
      : progress.bytesRead / progress.bytesTotal;
  const merging = share !== null && share >= 1;
  return (
    <div className="data-cell__import">
      <ProgressBar
        label="Import"
        share={merging ? null : share}
        text={
          progress === null
            ? `Reading ${what}`
            : `${merging ? 'Merging spans into trees' : progress.file} · ${formatCount(progress.spans, 'span')}`
        }
        detail={
          progress !== null &&
          progress.seconds > 0 &&
          `${formatBytes(progress.bytesRead)} of ${formatBytes(progress.bytesTotal)} · ${formatBytes(
            progress.bytesRead / progress.seconds,
          )}/s · ${formatRate(progress.spans / progress.seconds, 'spans')}`
        }
      />
      <Button onClick={cancel}>Cancel import</Button>
    </div>
  );
}
