/** In what the chosen settings differ from those of the run that is shown, and what to do about it. */
import type { SettingDifference } from '../../../run/differences.ts';
import { remedyFor } from '../../../run/differences.ts';
import type { RunRecord } from '../../../run/record.ts';
import { runDifferences } from '../../../stores/page/cell-states.ts';
import { useDataset, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Notice } from '../../widgets/Notice.tsx';

/** Nothing where they are the same. */
export function RunDifferences({ run }: { readonly run: RunRecord }) {
  const dataset = useDataset((d) => d.dataset);
  const { choices, takeSettingsOf, scoreAgain } = useRuns((r) => r);
  const differences = runDifferences(run, choices, dataset);
  const remedy = remedyFor(differences);
  if (remedy === null) return null;
  return (
    <Notice
      kind="info"
      what={differences.map(differenceWords).join(' · ')}
      advice={
        remedy === 'score'
          ? 'The trained model stays: scoring again is enough.'
          : 'Start training to make such a run; until then the cells below show the previous run.'
      }
    >
      {remedy === 'score' && <Button onClick={() => void scoreAgain()}>Score again</Button>}
      {differences.some(({ name }) => !OF_THE_DATASET.has(name)) && (
        <Button onClick={() => takeSettingsOf(run)}>Use the run’s settings</Button>
      )}
    </Notice>
  );
}

/** What the Data cell sets, not the controls of this one. */
const OF_THE_DATASET: ReadonlySet<string> = new Set(['dataset', 'roles of the files']);

/** "epochs 60, this run has 12" */
export const differenceWords = ({ name, chosen, ofRun }: SettingDifference): string =>
  `${name} ${chosen}, this run has ${ofRun}`;
