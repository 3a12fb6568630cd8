/** What a run is made with: preset, epochs, seed, backend, and on demand every setting. */
import { useState } from 'react';
import { BASELINES, DETECTOR_CATALOG } from '../../detectors/catalog.ts';
import { TRACEVAE_META, TRACEVAE_PRESETS } from '../../detectors/tracevae/meta.ts';
import { toggleDetector } from '../../stores/run-choices.ts';
import { useRuns } from '../app/notebook-context.ts';
import { Disclosure } from '../widgets/Disclosure.tsx';
import { Checkbox, NumberField } from '../widgets/NumberField.tsx';
import { Select } from '../widgets/Select.tsx';
import { useAutoBackend } from './backend-words.ts';
import { modelWords } from './model-words.ts';

/** Settings that have a control of their own above. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['maxNodes']);

const INTEGER_STEP = 1;

const PRESETS = (['tiny', 'small', 'paper'] as const).map((value) => ({
  value,
  label: `${value}, ${TRACEVAE_PRESETS[value].units} units`,
}));

export function TrainingControls({ disabled }: { readonly disabled: boolean }) {
  const runs = useRuns((r) => r);
  const { choices } = runs;
  const [open, setOpen] = useState(false);
  const autoBackend = useAutoBackend();
  return (
    <>
      <div className="training-controls">
        <Select
          label="Preset"
          value={choices.preset}
          disabled={disabled}
          help={modelWords(choices.config)}
          options={PRESETS}
          onChange={runs.choosePreset}
        />
        <NumberField
          label="Epochs"
          value={choices.epochs}
          min={1}
          max={1000}
          step={1}
          disabled={disabled}
          help={`${choices.config.epochsJoint} joint, ${choices.config.epochsTime} for the time VAE`}
          onChange={(value) => runs.choose({ epochs: Math.round(value) })}
        />
        <NumberField
          label="Seed"
          value={choices.seed}
          min={0}
          max={2 ** 31 - 1}
          step={1}
          disabled={disabled}
          help="same seed and backend give the same result"
          onChange={(value) => runs.choose({ seed: Math.round(value) })}
        />
        <Select
          label="Backend"
          value={choices.backend}
          disabled={disabled}
          help={choices.backend === 'auto' ? autoBackend : 'chosen by you'}
          options={[
            { value: 'auto', label: 'auto' },
            { value: 'webgpu', label: 'WebGPU' },
            { value: 'wasm', label: 'WASM' },
          ]}
          onChange={(backend) => runs.choose({ backend })}
        />
        <NumberField
          label="Training traces, at most"
          value={choices.limitTrain ?? 0}
          min={0}
          step={1}
          disabled={disabled}
          help={choices.limitTrain === null ? '0 = no limit' : 'a seeded draw'}
          onChange={(value) => runs.choose({ limitTrain: value < 1 ? null : Math.round(value) })}
        />
      </div>
      <fieldset className="checkbox-group" disabled={disabled}>
        <legend>Detectors</legend>
        {DETECTOR_CATALOG.map(({ id, label, says }) => (
          <Checkbox
            key={id}
            label={label}
            help={says}
            checked={choices.detectors.includes(id)}
            onChange={() => runs.choose({ detectors: toggleDetector(choices.detectors, id) })}
          />
        ))}
      </fieldset>
      <Disclosure open={open} onToggle={setOpen} summary="All settings">
        <div className="training-controls training-controls--all">
          {TRACEVAE_META.settings
            .filter(({ key }) => !SHOWN_ELSEWHERE.has(key))
            .map(({ key, label, unit, help, min, max, step }) => (
              <NumberField
                key={key}
                label={label}
                unit={unit}
                help={help}
                min={min}
                max={max}
                step={step}
                disabled={disabled}
                value={choices.config[key] as number}
                onChange={(value) =>
                  runs.configure({ [key]: step === INTEGER_STEP ? Math.round(value) : value })
                }
              />
            ))}
          {WORD_SETTINGS.map(({ key, ...field }) => (
            <Select<string>
              key={key}
              {...field}
              value={choices.config[key]}
              disabled={disabled}
              onChange={(value) => runs.configure({ [key]: value })}
            />
          ))}
        </div>
        <BaselineSettings disabled={disabled} />
      </Disclosure>
    </>
  );
}

/** Settings that are a word of two. */
const WORD_SETTINGS = [
  {
    key: 'latencyScale',
    label: 'latency scale',
    help: 'robust gives each operation’s standard deviation a floor',
    options: [
      { value: 'robust', label: 'robust' },
      { value: 'authors', label: 'authors’ formula' },
    ],
  },
  {
    key: 'latencyTails',
    label: 'latency tails',
    help: 'likelihood of latencies beyond the clip, in validation and score: power lets no single node outweigh many; the paper has a Gaussian',
    options: [
      { value: 'power', label: 'power' },
      { value: 'gaussian', label: 'Gaussian' },
    ],
  },
  {
    key: 'stdLimit',
    label: 'std limit of',
    help: 'where σ p99 of the named scores comes from; the Scores cell switches without training',
    options: [
      { value: 'global', label: 'all nodes' },
      { value: 'operation', label: 'each operation' },
    ],
  },
  {
    key: 'kernels',
    label: 'kernels',
    help: 'what computes on WASM and WebGPU; stock is slower and there to compare with',
    options: [
      { value: 'own', label: 'own' },
      { value: 'stock', label: 'stock TensorFlow.js' },
    ],
  },
] as const;

/** Of the chosen baselines; what they share with TraceVAE, the schedule and N_max, is above. */
function BaselineSettings({ disabled }: { readonly disabled: boolean }) {
  const { choices, configureBaseline } = useRuns((r) => r);
  return BASELINES.filter(({ id }) => choices.detectors.includes(id)).map(
    ({ id, label, settings }) => {
      const values = new Map<string, number>(Object.entries(choices.baselines[id]));
      return (
        <fieldset key={id} className="baseline-settings" disabled={disabled}>
          <legend>{label}</legend>
          <div className="training-controls training-controls--all">
            {settings.map((setting) => (
              <NumberField
                key={setting.key}
                label={`${label}: ${setting.label}`}
                unit={setting.unit}
                help={setting.help}
                min={setting.min}
                max={setting.max}
                step={setting.step}
                value={values.get(setting.key)!}
                onChange={(value) =>
                  configureBaseline(id, {
                    [setting.key]: setting.step === INTEGER_STEP ? Math.round(value) : value,
                  })
                }
              />
            ))}
          </div>
        </fieldset>
      );
    },
  );
}
