/** The architecture that the chosen settings make, drawn after Figure 4 of the paper. */
import { useState } from 'react';
import { traceVaeConfig } from '../../../detectors/tracevae/meta.ts';
import { sameValue } from '../../../run/settings.ts';
import { useDataset, useRuns } from '../../app/notebook-context.ts';
import { ArchitectureDiagram } from '../../charts/ArchitectureDiagram.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';

export function ModelView() {
  const [open, setOpen] = useState(false);
  const choices = useRuns((r) => r.choices);
  const training = useRuns((r) => r.training);
  const operations = useDataset((d) => d.dataset?.imported.traces.operations.length ?? null);
  // The count belongs to the trained model, so it is shown only while the drawing is of that model.
  const trained =
    training.phase === 'done' && sameValue(training.run.settings.model, choices.model);
  const model = trained ? training.run.detectors.find((d) => d.detector === 'tracevae') : undefined;
  return (
    <Disclosure open={open} onToggle={setOpen} summary="Architecture">
      <ArchitectureDiagram
        sizes={{ ...traceVaeConfig(choices), operations }}
        parameterCount={model?.outcome.parameterCount ?? null}
      />
    </Disclosure>
  );
}
