/** Runs that there was no room for: kept in memory until they are stored, or saved as a file. */
import { detectorLabel } from '../../../detectors/catalog.ts';
import { useNotebook, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import { FailureNotice } from '../page/FailureNotice.tsx';

export function UnstoredRuns() {
  const { runs, file, undo } = useNotebook();
  const unstored = useRuns((r) => r.unstored);
  const why = useRuns((r) => r.storageFailure);
  return unstored.map((run) => {
    const detectors = run.detectors.map(({ detector }) => detectorLabel(detector)).join(', ');
    return (
      <FailureNotice
        key={run.id}
        kind="warn"
        failure={{
          what: `The run of ${detectors || 'no detector yet'} is in memory only${why === null ? '' : `: ${why.what}`}.`,
          where: why?.where ?? 'browser storage',
          advice:
            'Make room and store it again, or save it as a notebook file; until then closing the page loses it.',
        }}
      >
        <Button
          size="small"
          title="Makes the last deletion final first, whose room it needs"
          onClick={() =>
            void undo
              .getState()
              .dismiss()
              .then(() => runs.getState().storeAgain())
          }
        >
          Store again
        </Button>
        <Button
          size="small"
          icon="download"
          onClick={() => void file.getState().saveRun(run).then(downloadWritten)}
        >
          Save as file
        </Button>
      </FailureNotice>
    );
  });
}
