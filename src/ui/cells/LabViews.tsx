/** One correction at a time: a slider moves from one to the next, and four views show what it does. */
import { LAB_STEPS, type LabView } from '../../stores/lab-store.ts';
import { useLab } from '../app/notebook-context.ts';
import { SegmentedControl } from '../widgets/Select.tsx';
import { SliderField } from '../widgets/SliderField.tsx';
import type { LabViewProps } from './LabCell.tsx';
import { LabEvidence } from './LabEvidence.tsx';
import { LabLatent } from './LabLatent.tsx';
import { LabPlot } from './LabPlot.tsx';
import { LabWhy } from './LabWhy.tsx';
import { STEP_WORDS } from './lab-words.ts';

const VIEWS: readonly { readonly value: LabView; readonly label: string }[] = [
  { value: 'marks', label: 'traces by score' },
  { value: 'why', label: 'why it happens' },
  { value: 'evidence', label: 'the paper’s evidence' },
  { value: 'latent', label: 'latent space' },
];

export function LabViews(props: LabViewProps) {
  const { variant, show, view, look } = useLab((l) => l);
  return (
    <section className="lab__part" aria-labelledby="lab-views">
      <h3 id="lab-views">From one correction to the next</h3>
      <SliderField
        label="Correction"
        value={LAB_STEPS.indexOf(variant)}
        min={0}
        max={LAB_STEPS.length - 1}
        step={1}
        words={STEP_WORDS[variant]}
        steps={LAB_STEPS.map((step) => STEP_WORDS[step])}
        onChange={(step) => void show(LAB_STEPS[step]!)}
      />
      <SegmentedControl
        label="View"
        value={view}
        options={VIEWS}
        onChange={(chosen) => void look(chosen)}
      />
      {view === 'marks' && <LabPlot {...props} />}
      {view === 'why' && <LabWhy {...props} />}
      {view === 'evidence' && <LabEvidence {...props} />}
      {view === 'latent' && <LabLatent {...props} />}
    </section>
  );
}
