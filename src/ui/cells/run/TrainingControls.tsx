/** What a run is made with: preset, epochs, seed, backend, and on demand every setting. */
import { useState } from 'react';
import { BASELINES, DETECTOR_GROUPS } from '../../../detectors/catalog.ts';
import {
  PAPER_DECODER_NODES,
  phasesOf,
  type ScheduleSettings,
  structureDecoderOf,
  TRACEVAE_PRESETS,
} from '../../../detectors/tracevae/meta.ts';
import {
  settingValue,
  TRACEVAE_SETTINGS,
  type TraceVaeSetting,
} from '../../../detectors/tracevae/meta-settings.ts';
import { paperSentence } from '../../../run/paper-differences.ts';
import { CHOICE_LIMITS } from '../../../stores/run/choice-limits.ts';
import { toggleDetector } from '../../../stores/run/run-choices.ts';
import { useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Checkbox, NumberField } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';
import { useAutoBackend } from './backend-words.ts';
import { modelWords } from './model-words.ts';

/** Settings with a control above, or in the Trees cell. */
const SHOWN_ABOVE: ReadonlySet<string> = new Set(['maxNodes', 'epochs']);

const INTEGER_STEP = 1;

const PRESETS = (['notebook', 'tiny', 'small', 'paper'] as const).map((value) => ({
  value,
  label: `${value}, ${TRACEVAE_PRESETS[value].model.units} units`,
}));

export function TrainingControls({ disabled }: { readonly disabled: boolean }) {
  const runs = useRuns((r) => r);
  const { choices } = runs;
  const [open, setOpen] = useState(false);
  const [rareOpen, setRareOpen] = useState(false);
  const autoBackend = useAutoBackend();
  return (
    <>
      {choices.startedFrom !== undefined && (
        <p className="quiet data-cell__mappings">
          <span>
            Training begins with the weights of the model{' '}
            <strong>{choices.startedFrom.name}</strong>. Operations that it never saw, and detectors
            without such weights, begin anew.
          </span>
          <Button
            size="small"
            disabled={disabled}
            onClick={() => runs.choose({ startedFrom: undefined })}
          >
            Start at random
          </Button>
        </p>
      )}
      <div className="training-controls">
        <Select
          label="Preset"
          value={choices.preset}
          disabled={disabled}
          help={modelWords(choices.model)}
          options={PRESETS}
          onChange={runs.choosePreset}
        />
        <NumberField
          label="Epochs"
          value={choices.schedule.epochs}
          {...CHOICE_LIMITS.epochs}
          step={1}
          disabled={disabled}
          help={phaseWords(choices.schedule)}
          onChange={(value) => runs.configure('schedule', { epochs: Math.round(value) })}
        />
        <NumberField
          label="Seed"
          value={choices.seed}
          {...CHOICE_LIMITS.seed}
          step={1}
          disabled={disabled}
          help="same seed and backend give the same result"
          onChange={(value) => runs.choose({ seed: Math.round(value) })}
        />
        <Select
          label="Backend"
          value={choices.machine.backend}
          disabled={disabled}
          help={choices.machine.backend === 'auto' ? autoBackend : 'chosen by you'}
          options={[
            { value: 'auto', label: 'auto' },
            { value: 'webgpu', label: 'WebGPU' },
            { value: 'wasm', label: 'WASM' },
          ]}
          onChange={(backend) => runs.configure('machine', { backend })}
        />
        <NumberField
          label="Limit training traces"
          value={choices.limitTrain ?? 0}
          min={0}
          step={1}
          disabled={disabled}
          help={choices.limitTrain === null ? '0 = no limit' : 'a seeded draw'}
          onChange={(value) => runs.choose({ limitTrain: value < 1 ? null : Math.round(value) })}
        />
      </div>
      <p className="quiet">{paperSentence(choices)}</p>
      <p className="quiet">
        History, a statistic, is ahead of TraceVAE on real faults and takes no time, so a run has
        both and shows History first.
      </p>
      {structureDecoderOf(choices.model) === 'call-paths' && (
        <p className="quiet">
          {choices.model.structureDecoder === 'auto'
            ? `N_max is ${choices.model.maxNodes}, above ${PAPER_DECODER_NODES}, so TraceVAE`
            : 'TraceVAE'}{' '}
          writes structures by call paths, which cost what a trace’s nodes cost; the paper’s decoder
          costs N_max squared and is a setting.
        </p>
      )}
      {DETECTOR_GROUPS.map(({ title, metas }) => (
        <fieldset key={title} className="checkbox-group" disabled={disabled}>
          <legend>{title}</legend>
          {metas.map(({ id, label, says }) => (
            <Checkbox
              key={id}
              label={label}
              help={says}
              checked={choices.detectors.includes(id)}
              onChange={() => runs.choose({ detectors: toggleDetector(choices.detectors, id) })}
            />
          ))}
        </fieldset>
      ))}
      <Disclosure open={open} onToggle={setOpen} summary="All settings">
        <div className="training-controls training-controls--all">
          {TRACEVAE_SETTINGS.filter(({ key, rare }) => !rare && !SHOWN_ABOVE.has(key)).map(
            (setting) => (
              <SettingField key={setting.key} setting={setting} disabled={disabled} />
            ),
          )}
          {WORD_SETTINGS.map(({ key, earlier, ...field }) => (
            <Select<string>
              key={key}
              {...field}
              value={choices.model[key] ?? earlier}
              disabled={disabled}
              onChange={(value) => runs.configure('model', { [key]: value })}
            />
          ))}
        </div>
        <Disclosure open={rareOpen} onToggle={setRareOpen} summary="Rarely changed">
          <div className="training-controls training-controls--all">
            {TRACEVAE_SETTINGS.filter(({ rare }) => rare).map((setting) => (
              <SettingField key={setting.key} setting={setting} disabled={disabled} />
            ))}
          </div>
        </Disclosure>
        <BaselineSettings disabled={disabled} />
      </Disclosure>
    </>
  );
}

function SettingField({
  setting,
  disabled,
}: {
  readonly setting: TraceVaeSetting;
  readonly disabled: boolean;
}) {
  const { choices, configure } = useRuns((r) => r);
  const { part, key, label, unit, help, min, max, step } = setting;
  return (
    <NumberField
      label={label}
      unit={unit}
      help={help}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      value={settingValue(choices, setting)}
      onChange={(value) =>
        configure(part, { [key]: step === INTEGER_STEP ? Math.round(value) : value })
      }
    />
  );
}

/** Settings that are a word of two; `earlier` is that of runs that lack it. */
const WORD_SETTINGS = [
  {
    key: 'structureDecoder',
    earlier: 'paper',
    label: 'structure decoder',
    help: 'the paper’s writes N_max nodes; call paths cost what a trace’s nodes cost and name missing calls; auto takes them beyond N_max 64',
    options: [
      { value: 'auto', label: 'auto' },
      { value: 'paper', label: 'the paper’s' },
      { value: 'call-paths', label: 'call paths' },
    ],
  },
  {
    key: 'latencyScale',
    earlier: 'robust',
    label: 'latency scale',
    help: 'robust gives each operation’s standard deviation a floor',
    options: [
      { value: 'robust', label: 'robust' },
      { value: 'authors', label: 'authors’ formula' },
    ],
  },
  {
    key: 'latencyTarget',
    earlier: 'linear',
    label: 'latency target',
    help: 'what is predicted of a node: its duration, as in the paper; the logarithm of it; or the logarithm of its self time, which a slow call does not change in its callers',
    options: [
      { value: 'linear', label: 'duration' },
      { value: 'log', label: 'log duration' },
      { value: 'log-self', label: 'log self time' },
    ],
  },
  {
    key: 'latencyTails',
    earlier: 'gaussian',
    label: 'latency tails',
    help: 'likelihood of latencies beyond the clip, in validation and score: power lets no single node outweigh many; the paper has a Gaussian',
    options: [
      { value: 'power', label: 'power' },
      { value: 'gaussian', label: 'Gaussian' },
    ],
  },
  {
    key: 'statusTerm',
    earlier: 'none',
    label: 'errors of calls',
    help: 'counted: which calls fail adds a term to the score, how unlikely that is given the structure, the operation and the calls below; left out where no training trace has an error, and in the paper',
    options: [
      { value: 'none', label: 'left out' },
      { value: 'errors', label: 'counted' },
    ],
  },
] as const;

/** Of the chosen baselines; what they share with TraceVAE, the schedule and N_max, is above. */
function BaselineSettings({ disabled }: { readonly disabled: boolean }) {
  const { choices, configureBaseline } = useRuns((r) => r);
  return BASELINES.filter(
    ({ id, settings }) => settings.length > 0 && choices.detectors.includes(id),
  ).map(({ id, label, settings }) => {
    const values = new Map<string, number | string>(Object.entries(choices.baselines[id]));
    return (
      <fieldset key={id} className="baseline-settings" disabled={disabled}>
        <legend>{label}</legend>
        <div className="training-controls training-controls--all">
          {settings.map((setting) =>
            'options' in setting ? (
              <Select<string>
                key={setting.key}
                label={`${label}: ${setting.label}`}
                help={setting.help}
                options={setting.options}
                value={String(values.get(setting.key))}
                onChange={(value) => configureBaseline(id, { [setting.key]: value })}
              />
            ) : (
              <NumberField
                key={setting.key}
                label={`${label}: ${setting.label}`}
                unit={setting.unit}
                help={setting.help}
                min={setting.min}
                max={setting.max}
                step={setting.step}
                value={Number(values.get(setting.key))}
                onChange={(value) =>
                  configureBaseline(id, {
                    [setting.key]: setting.step === INTEGER_STEP ? Math.round(value) : value,
                  })
                }
              />
            ),
          )}
        </div>
      </fieldset>
    );
  });
}

function phaseWords({ epochs, phases }: ScheduleSettings): string {
  const { epochsJoint, epochsTime } = phases ?? phasesOf(epochs);
  return `${epochsJoint} joint, ${epochsTime} for the time VAE`;
}
