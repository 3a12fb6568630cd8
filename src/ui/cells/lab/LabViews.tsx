/** One correction at a time: a slider moves from one to the next, and the views show what it does. */
import type { ComponentType } from 'react';
import { stepWords, VARIANT_STEPS } from '../../../scoring/corrections/list.ts';
import type { LabViewName } from '../../../stores/lab/lab-store.ts';
import { useLab } from '../../app/notebook-context.ts';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { SliderField } from '../../widgets/SliderField.tsx';
import { LabEvidence } from './LabEvidence.tsx';
import { LabLatent } from './LabLatent.tsx';
import { LabPlot } from './LabPlot.tsx';
import { LabWhy } from './LabWhy.tsx';
import type { LabViewProps } from './lab-view-props.ts';

/** In the order of their choice: what each is called, and what draws it. */
const VIEWS: Readonly<
  Record<LabViewName, { readonly label: string; readonly View: ComponentType<LabViewProps> }>
> = {
  marks: { label: 'traces by score', View: LabPlot },
  why: { label: 'why it happens', View: LabWhy },
  evidence: { label: 'the paper’s evidence', View: LabEvidence },
  latent: { label: 'latent space', View: LabLatent },
};

const OPTIONS = (Object.keys(VIEWS) as LabViewName[]).map((value) => ({
  value,
  label: VIEWS[value].label,
}));

export function LabViews(props: LabViewProps) {
  const { variant, show, view, look } = useLab((l) => l);
  const { View } = VIEWS[view];
  return (
    <section className="lab__part" aria-labelledby="lab-views">
      <h3 id="lab-views">From one correction to the next</h3>
      <SliderField
        label="Correction"
        value={VARIANT_STEPS.indexOf(variant)}
        min={0}
        max={VARIANT_STEPS.length - 1}
        step={1}
        words={stepWords(variant)}
        steps={VARIANT_STEPS.map((step) => stepWords(step))}
        onChange={(step) => void show(VARIANT_STEPS[step]!)}
      />
      <SegmentedControl
        label="View"
        value={view}
        options={OPTIONS}
        onChange={(chosen) => void look(chosen)}
      />
      <View {...props} />
    </section>
  );
}
