/** Synthetic versions of the paper's datasets, made on demand at any number of traces. */
import { useState } from 'react';
import {
  MIN_STAND_IN_TRACES,
  STAND_IN_IDS,
  type StandInId,
  TABLE_4,
} from '../../../stores/dataset/dataset-store.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount } from '../../widgets/format.ts';
import { NumberField } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';
import '../prepare/prepare.css';

const DEFAULT_TRACES = 20_000;
/** Above it the spans of a stand-in no longer fit into a page's memory with room to work. */
const MAX_TRACES = 1_000_000;

export function StandIns() {
  const [open, setOpen] = useState(false);
  const [id, setId] = useState<StandInId>('A');
  const [traces, setTraces] = useState(DEFAULT_TRACES);
  const load = useDataset((d) => d.loadStandIn);
  const importing = useDataset((d) => d.status.phase === 'importing');
  return (
    <Disclosure open={open} onToggle={setOpen} summary="Synthetic versions of the paper’s datasets">
      <div className="stand-ins">
        <Select
          label="Dataset of the paper"
          value={id}
          help={
            id === 'E'
              ? 'with train, validation and test parts and labelled anomalies'
              : 'traffic as it is collected, without labels; prepare it in cell 2'
          }
          options={STAND_IN_IDS.map((value) => ({ value, label: optionWords(value) }))}
          onChange={setId}
        />
        <NumberField
          label="Traces to make"
          value={traces}
          min={MIN_STAND_IN_TRACES}
          max={MAX_TRACES}
          step={1}
          help={`the paper has ${formatCount(TABLE_4[id].traces)}`}
          onChange={(value) => setTraces(Math.round(value))}
        />
        <Button disabled={importing} onClick={() => void load({ id, traces })}>
          Generate
        </Button>
      </div>
    </Disclosure>
  );
}

function optionWords(id: StandInId): string {
  const { operations, rootOperations, maxNodes, maxDepth } = TABLE_4[id];
  return `${id}: ${formatCount(operations)} operations, ${rootOperations} roots, up to ${maxNodes} nodes, depth ${maxDepth}`;
}
