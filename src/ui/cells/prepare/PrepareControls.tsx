/** The settings of section A.4, in the order of its steps. */
import { useState } from 'react';
import type { PrepareChoices } from '../../../stores/prepare/prepare-store.ts';
import { usePrepare } from '../../app/notebook-context.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Checkbox, NumberField } from '../../widgets/NumberField.tsx';

const PERCENT = 100;

export function PrepareControls({ disabled }: { readonly disabled: boolean }) {
  const { choices, choose } = usePrepare((p) => p);
  const [open, setOpen] = useState(false);
  return (
    <>
      <div className="training-controls">
        <NumberField
          label="Slowest traces dropped"
          unit="%"
          value={choices.slowestPercent}
          min={0}
          max={50}
          disabled={disabled}
          help="by root latency; the paper drops 1 %"
          onChange={(slowestPercent) => choose({ slowestPercent })}
        />
        <NumberField
          label="Smallest group"
          unit="traces"
          value={choices.minGroupSize}
          min={1}
          step={1}
          disabled={disabled}
          help="rarer groups are dropped; the paper’s limit is 100"
          onChange={(value) => choose({ minGroupSize: Math.round(value) })}
        />
        <NumberField
          label="Traces per group"
          value={choices.perGroup ?? 0}
          min={0}
          step={1}
          disabled={disabled || !choices.balance}
          help={
            choices.perGroup === null
              ? '0 = as many as the smallest group'
              : 'smaller groups give some again'
          }
          onChange={(value) => choose({ perGroup: value < 1 ? null : Math.round(value) })}
        />
        <ShareField
          label="Structure anomalies"
          share={choices.structureShare}
          disabled={disabled}
          help="subtrees dropped; 0 injects none"
          onChange={(structureShare) => choose({ structureShare })}
        />
        <ShareField
          label="Time anomalies"
          share={choices.timeShare}
          disabled={disabled}
          help="nodes slowed, with their ancestors"
          onChange={(timeShare) => choose({ timeShare })}
        />
        <NumberField
          label="Random seed"
          value={choices.seed}
          min={0}
          max={2 ** 31 - 1}
          step={1}
          disabled={disabled}
          help="same seed, same parts and anomalies"
          onChange={(value) => choose({ seed: Math.round(value) })}
        />
        <Checkbox
          label="Balance groups"
          help="off: natural proportions, as in the paper’s dataset E"
          checked={choices.balance}
          disabled={disabled}
          onChange={(balance) => choose({ balance })}
        />
      </div>
      <Disclosure open={open} onToggle={setOpen} summary="Rates of the anomalies">
        <div className="training-controls training-controls--all">
          {RATES.map((rate) => (
            <RangeFields key={rate.of} {...rate} disabled={disabled} />
          ))}
        </div>
      </Disclosure>
    </>
  );
}

/** Percent of a share, without the noise of its binary fraction. */
const round = (percent: number): number => Number(percent.toPrecision(6));

interface ShareFieldProps {
  readonly label: string;
  readonly share: number;
  readonly help: string;
  readonly disabled: boolean;
  readonly onChange: (share: number) => void;
}

/** A share of the test part, as a percentage. */
function ShareField({ share, onChange, ...field }: ShareFieldProps) {
  return (
    <NumberField
      {...field}
      unit="% of test"
      value={round(share * PERCENT)}
      min={0}
      max={PERCENT}
      onChange={(value) => onChange(value / PERCENT)}
    />
  );
}

const RATES = [
  { words: 'Nodes dropped', unit: 'share', most: 1, of: 'discardRate' },
  { words: 'Nodes slowed', unit: 'share', most: 1, of: 'alteringRate' },
  { words: 'Slowdown', unit: 'times p99', most: 1000, of: 'slowdown' },
] as const;

interface RangeFieldsProps {
  readonly words: string;
  readonly unit: string;
  readonly most: number;
  readonly of: keyof PrepareChoices['ranges'];
  readonly disabled: boolean;
}

function RangeFields({ words, unit, most, of, disabled }: RangeFieldsProps) {
  const { choices, choose } = usePrepare((p) => p);
  const { low, high } = choices.ranges[of];
  const set = (range: { readonly low: number; readonly high: number }): void =>
    choose({ ranges: { ...choices.ranges, [of]: range } });
  return (
    <>
      <NumberField
        label={`${words}, from`}
        unit={unit}
        value={low}
        min={0}
        max={high}
        disabled={disabled}
        onChange={(value) => set({ low: value, high })}
      />
      <NumberField
        label={`${words}, to`}
        unit={unit}
        value={high}
        min={low}
        max={most}
        disabled={disabled}
        onChange={(value) => set({ low, high: value })}
      />
    </>
  );
}
