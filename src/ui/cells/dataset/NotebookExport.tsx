/** The whole notebook: as a file that another browser opens, and as a report to read anywhere. */
import { useNotebook, useNotebookFile } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { downloadBlob } from '../../widgets/download.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { FailureInView } from '../page/FailureInView.tsx';

export function NotebookExport() {
  const notebook = useNotebook();
  const busy = useNotebookFile((f) => f.busy);
  const save = useNotebookFile((f) => f.save);
  const cancel = useNotebookFile((f) => f.cancel);
  const saveFile = async (): Promise<void> => {
    const file = await save();
    if (file !== null) downloadBlob(file.name, file.bytes);
  };
  if (busy === 'saving') {
    return (
      <div className="data-cell__export">
        <ProgressBar label="Saving the notebook" share={null} text="Packing the notebook" />
        <Button size="small" onClick={cancel}>
          Cancel saving
        </Button>
      </div>
    );
  }
  return (
    <div className="data-cell__export">
      <Button
        size="small"
        icon="download"
        title="Dataset, runs and notes in one file; drop it on this page in another browser"
        onClick={() => void saveFile()}
      >
        Save notebook
      </Button>
      <Button
        size="small"
        icon="download"
        title="Figures, tables and notes as a page that opens offline"
        onClick={() =>
          void import('../../report/notebook-report.ts').then(({ saveReport }) =>
            saveReport(notebook),
          )
        }
      >
        Save report
      </Button>
    </div>
  );
}

/** Said also where there is no dataset yet: a notebook file that was dropped. */
export function NotebookFileFailure() {
  const { failure, dismissFailure } = useNotebookFile((f) => f);
  if (failure === null) return null;
  return <FailureInView kind="error" failure={failure} onDismiss={dismissFailure} />;
}
