/** One quantity of several runs over the epochs, laid over each other. */
import { useState } from 'react';
import type { RunEntry } from '../../../stores/run/kept-runs-store.ts';
import {
  COMPARED_CURVES,
  type ComparedCurve,
  curvePoints,
} from '../../../stores/run/run-comparison.ts';
import { useInspect } from '../../app/notebook-context.ts';
import { LineChart, type LineSeries } from '../../charts/LineChart.tsx';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';

const CURVE_WORDS: Readonly<Record<ComparedCurve, string>> = {
  loss: 'loss, training',
  valLoss: 'loss, validation',
  kl: 'KL',
  nllStructure: 'NLL of structure',
  nllTime: 'NLL of time',
};

/** As many as runs can be compared; every second one dashed, so that colour is not alone. */
const LOOKS: readonly Pick<LineSeries, 'tone' | 'dashed'>[] = [
  { tone: 'plain' },
  { tone: 'accent', dashed: true },
  { tone: 'normal' },
  { tone: 'mismatched', dashed: true },
  { tone: 'time' },
  { tone: 'structure', dashed: true },
];

export function RunCurves({ entries }: { readonly entries: readonly RunEntry[] }) {
  const [quantity, setQuantity] = useState<ComparedCurve>('valLoss');
  const [log, setLog] = useState(false);
  const detector = useInspect((i) => i.detector);
  const series = entries.map(
    (entry, i): LineSeries => ({
      id: entry.id,
      label: entry.name,
      points: curvePoints(entry, detector, quantity),
      ...LOOKS[i % LOOKS.length],
    }),
  );
  const epochs = Math.max(2, ...series.map(({ points }) => points.at(-1)?.x ?? 1));
  return (
    <div className="run-curves">
      <div className="table-controls">
        <Select
          label="Curve"
          value={quantity}
          options={COMPARED_CURVES.map((value) => ({ value, label: CURVE_WORDS[value] }))}
          onChange={setQuantity}
        />
        <Checkbox label="Logarithmic axis" checked={log} onChange={setLog} />
      </div>
      <LineChart
        title={`Runs compared: ${CURVE_WORDS[quantity]}`}
        series={series}
        xDomain={[1, epochs]}
        yScale={log ? 'log' : 'linear'}
        height={260}
        empty="None of these runs has this curve."
      />
    </div>
  );
}
