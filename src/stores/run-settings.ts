/** The settings of the next run, as a person chooses them. */
import { baselineConfigs } from '../detectors/catalog.ts';
import { TRACEVAE_PRESETS, withEpochs, withMaxNodes } from '../detectors/tracevae/meta.ts';
import type { RunParts, RunState } from './run-state.ts';

type RunSettingsActions = Pick<
  RunState,
  'choosePreset' | 'choose' | 'configure' | 'configureBaseline'
>;

export function createRunSettings({ set, get }: Pick<RunParts, 'set' | 'get'>): RunSettingsActions {
  return {
    choosePreset(preset) {
      const { choices } = get();
      const { maxNodes, latencyScale, kernels, keepEvery } = choices.config;
      const sized = withMaxNodes(TRACEVAE_PRESETS[preset], maxNodes);
      const kept = { latencyScale, kernels, keepEvery };
      set({
        choices: {
          ...choices,
          preset,
          config: withEpochs({ ...sized, ...kept }, choices.epochs),
          baselines: baselineConfigs(preset),
        },
      });
    },

    choose(change) {
      const choices = { ...get().choices, ...change };
      set({ choices: { ...choices, config: withEpochs(choices.config, choices.epochs) } });
    },

    configure(change) {
      const { choices } = get();
      const { maxNodes } = change;
      const sized =
        maxNodes === undefined ? choices.config : withMaxNodes(choices.config, maxNodes);
      set({ choices: { ...choices, config: { ...sized, ...change } } });
    },

    configureBaseline(id, change) {
      const { choices } = get();
      const baselines = { ...choices.baselines, [id]: { ...choices.baselines[id], ...change } };
      set({ choices: { ...choices, baselines } });
    },
  };
}
