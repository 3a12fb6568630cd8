/** The settings of a run in Node: choices as they were read, on a dataset. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { baselineConfigs } from '../detectors/catalog.ts';
import { TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import type { ReadChoices, ReadRun } from '../headless/read-choices.ts';
import { type RunSettings, withChanges } from '../run/settings.ts';
import type { Dataset } from '../storage/records.ts';
import { nextSettings } from '../stores/run/run-choices.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';

/** @param changes settings of TraceVAE that differ from the preset's, by their names in the code */
export function settingsOf(
  maxNodes: ReadChoices['maxNodes'],
  { preset, epochs, backend, detectors, seed, limitTrain }: ReadRun,
  changes: Readonly<Record<string, unknown>>,
  { imported, roles }: Pick<Dataset, 'imported' | 'roles'>,
): Result<RunSettings, Failure> {
  const parts = withChanges(TRACEVAE_PRESETS[preset], {
    maxNodes: maxNodes ?? chooseMaxNodes(imported.traces),
    ...(epochs === null ? {} : { epochs }),
    ...changes,
  });
  if (!parts.ok) {
    const advice = 'use the name that the setting has in src/detectors/tracevae/meta.ts';
    return err({ what: `no setting is called ${parts.error}`, where: '--set', advice });
  }
  const baselines = baselineConfigs(preset);
  const machine = { backend };
  return ok(
    nextSettings(
      { detectors, preset, ...parts.value, machine, baselines, seed, limitTrain },
      roles,
    ),
  );
}
