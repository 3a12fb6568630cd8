/** The settings of section A.4, in the order of its steps. */
import { useState } from 'react';
import type { PrepareChoices } from '../../stores/prepare-store.ts';
import { usePrepare } from '../app/notebook-context.ts';
import { Disclosure } from '../widgets/Disclosure.tsx';
import { Checkbox, NumberField } from '../widgets/NumberField.tsx';

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
          label="Traces of every group"
          value={choices.perGroup ?? 0}
          min={0}
          step={1}
          disabled={disabled || !choices.balance}
          help={
            choices.perGroup === null
              ? '0 takes what the smallest group has'
              : 'smaller groups give some again'
          }
          onChange={(value) => choose({ perGroup: value < 1 ? null : Math.round(value) })}
        />
        <NumberField
          label="Structure anomalies"
          unit="% of test"
          value={round(choices.structureShare * PERCENT)}
          min={0}
          max={PERCENT}
          disabled={disabled}
          help="subtrees dropped; 0 injects none"
          onChange={(value) => choose({ structureShare: value / PERCENT })}
        />
        <NumberField
          label="Time anomalies"
          unit="% of test"
          value={round(choices.timeShare * PERCENT)}
          min={0}
          max={PERCENT}
          disabled={disabled}
          help="nodes slowed, with their ancestors"
          onChange={(value) => choose({ timeShare: value / PERCENT })}
        />
        <NumberField
          label="Draw"
          value={choices.seed}
          min={0}
          max={2 ** 31 - 1}
          step={1}
          disabled={disabled}
          help="the same number, the same parts and anomalies"
          onChange={(value) => choose({ seed: Math.round(value) })}
        />
        <Checkbox
          label="Same number of every group"
          help="off keeps the traffic as it is, as dataset E"
          checked={choices.balance}
          disabled={disabled}
          onChange={(balance) => choose({ balance })}
        />
      </div>
      <Disclosure open={open} onToggle={setOpen} summary="Rates of the anomalies">
        <div className="training-controls training-controls--all">
          <RangeFields
            words="Nodes dropped"
            unit="share"
            most={1}
            of="discardRate"
            disabled={disabled}
          />
          <RangeFields
            words="Nodes slowed"
            unit="share"
            most={1}
            of="alteringRate"
            disabled={disabled}
          />
          <RangeFields
            words="Slowed to"
            unit="times p99"
            most={1000}
            of="slowdown"
            disabled={disabled}
          />
        </div>
      </Disclosure>
    </>
  );
}

/** Percent of a share, without the noise of its binary fraction. */
const round = (percent: number): number => Number(percent.toPrecision(6));

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
