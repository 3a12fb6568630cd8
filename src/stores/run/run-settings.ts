/** The settings of the next run, as a person chooses them. */
import { baselineConfigs } from '../../detectors/catalog.ts';
import { TRACEVAE_PRESETS } from '../../detectors/tracevae/meta.ts';
import type { SettingsPart } from '../../run/settings.ts';
import { choicesOf, type RunChoices } from './run-choices.ts';
import type { RunParts, RunState } from './run-state.ts';

type RunSettingsActions = Pick<
  RunState,
  'choosePreset' | 'choose' | 'configure' | 'configureBaseline' | 'takeSettingsOf'
>;

export function createRunSettings({ set, get }: Pick<RunParts, 'set' | 'get'>): RunSettingsActions {
  const change = (changes: Partial<RunChoices>): void =>
    set({ choices: { ...get().choices, ...changes } });

  return {
    choosePreset(preset) {
      const { model, schedule, scoring } = TRACEVAE_PRESETS[preset];
      const now = get().choices;
      const { maxNodes, latencyScale } = now.model;
      const { epochs, keepEvery } = now.schedule;
      change({
        preset,
        model: { ...model, maxNodes, latencyScale },
        schedule: { ...schedule, epochs, keepEvery },
        scoring,
        baselines: baselineConfigs(preset),
      });
    },

    choose: change,

    takeSettingsOf: (run) => change(choicesOf(run)),

    configure(part, changes) {
      change({ [part]: { ...withoutOverrides(get().choices, part, changes), ...changes } });
    },

    configureBaseline(id, changes) {
      const { baselines } = get().choices;
      change({ baselines: { ...baselines, [id]: { ...baselines[id], ...changes } } });
    },
  };
}

/**
 * A part of the settings without what an earlier build set apart from its rule: other epochs ask for
 * the rule's phases again, another N_max for its size of node embeddings.
 */
function withoutOverrides(choices: RunChoices, part: SettingsPart, changes: object): object {
  if (part === 'schedule' && 'epochs' in changes) {
    const { phases: _, ...schedule } = choices.schedule;
    return schedule;
  }
  if (part === 'model' && 'maxNodes' in changes) {
    const { nodeEmbedding: _, ...model } = choices.model;
    return model;
  }
  return choices[part];
}
