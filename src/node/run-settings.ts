/** The settings of a run in Node: choices as they were read, on a dataset. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { BASELINES, type BaselineConfigs, baselineConfigs } from '../detectors/catalog.ts';
import { type PresetId, TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import type { ReadChoices, ReadRun } from '../headless/read-choices.ts';
import { type RunSettings, withChanges } from '../run/settings.ts';
import type { Dataset } from '../storage/records.ts';
import { nextSettings } from '../stores/run/run-choices.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';

/**
 * @param changes settings that differ from the preset's, by their names in the code; those of
 *   another detector than TraceVAE as `detector.key`
 */
export function settingsOf(
  maxNodes: ReadChoices['maxNodes'],
  { preset, epochs, backend, detectors, seed, limitTrain }: ReadRun,
  changes: Readonly<Record<string, unknown>>,
  dataset: Pick<Dataset, 'imported' | 'roles'>,
): Result<RunSettings, Failure> {
  const changed = changedSettings(preset, changes, {
    maxNodes: maxNodes ?? chooseMaxNodes(dataset.imported.traces),
    ...(epochs === null ? {} : { epochs }),
  });
  if (!changed.ok) return changed;
  const own = { detectors, preset, machine: { backend }, seed, limitTrain };
  const { parts, baselines } = changed.value;
  return ok(nextSettings({ ...own, ...parts, baselines }, dataset));
}

export interface ChangedSettings {
  readonly parts: (typeof TRACEVAE_PRESETS)[PresetId];
  readonly baselines: BaselineConfigs;
}

/**
 * A preset with changes.
 *
 * @param changes   those of another detector than TraceVAE as `detector.key`
 * @param defaults  settings of TraceVAE, where no change has them
 */
export function changedSettings(
  preset: PresetId,
  changes: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
): Result<ChangedSettings, Failure> {
  const ownChanges = Object.entries(changes).filter(([key]) => !key.includes('.'));
  const parts = withChanges(TRACEVAE_PRESETS[preset], {
    ...defaults,
    ...Object.fromEntries(ownChanges),
  });
  const unknown = (name: string, advice: string) =>
    err({ what: `no setting is called ${name}`, where: '--set', advice });
  if (!parts.ok) {
    return unknown(
      parts.error,
      'use the name that the setting has in src/detectors/tracevae/meta.ts',
    );
  }
  const baselines = withBaselineChanges(baselineConfigs(preset), changes);
  if (!baselines.ok) {
    return unknown(baselines.error, 'use DETECTOR.KEY as its meta has them: oddest-nodes.k=3');
  }
  return ok({ parts: parts.value, baselines: baselines.value });
}

/**
 * Settings of baselines and statistics, each named `detector.key`.
 *
 * @returns the changed settings, or the name that none of them has
 */
function withBaselineChanges(
  configs: BaselineConfigs,
  changes: Readonly<Record<string, unknown>>,
): Result<BaselineConfigs, string> {
  let changed = configs;
  for (const [name, value] of Object.entries(changes)) {
    const [id, key, ...more] = name.split('.');
    if (key === undefined) continue;
    const meta = BASELINES.find((one) => one.id === id);
    const isKnown = meta?.settings.some((setting) => setting.key === key) === true;
    if (meta === undefined || !isKnown || more.length > 0) return err(name);
    changed = { ...changed, [meta.id]: { ...changed[meta.id], [key]: value } };
  }
  return ok(changed);
}
