/** N_max, with the share of the traces that each choice keeps. */
import { useMemo } from 'react';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { maxNodesChoices } from '../../../stores/dataset/dataset-summary.ts';
import { prepareSource } from '../../../stores/prepare/prepare-store.ts';
import { CHOICE_LIMITS } from '../../../stores/run/choice-limits.ts';
import { useRuns } from '../../app/notebook-context.ts';
import { formatPercent } from '../../widgets/format.ts';
import { NumberField } from '../../widgets/NumberField.tsx';
import { useRoving } from '../../widgets/use-roving.ts';
import '../prepare/prepare.css';

export function MaxNodesField({ dataset }: { readonly dataset: Dataset }) {
  const { maxNodes } = useRuns((r) => r.choices.model);
  const configure = useRuns((r) => r.configure);
  // of the traces before preparing, which left the large ones out
  const { traces } = prepareSource(dataset).imported;
  const choices = useMemo(() => maxNodesChoices(traces), [traces]);
  const roving = useRoving(choices.length);
  return (
    <div className="max-nodes">
      <NumberField
        label="Largest tree"
        unit="nodes (N_max)"
        value={maxNodes}
        {...CHOICE_LIMITS.maxNodes}
        step={1}
        help="Traces with more merged nodes are left out. Chosen from the data: the smallest power of two from the paper’s 32 on that keeps 99.9 %."
        onChange={(value) => configure('model', { maxNodes: Math.round(value) })}
      />
      <ul
        className="max-nodes__choices"
        aria-label="Traces that each N_max keeps"
        onKeyDown={roving.onKeyDown}
      >
        {choices.map((choice, i) => (
          <li key={choice.maxNodes}>
            <button
              type="button"
              className="max-nodes__choice"
              aria-pressed={choice.maxNodes === maxNodes}
              {...roving.item(i)}
              onClick={() => configure('model', { maxNodes: choice.maxNodes })}
            >
              <span>N_max {choice.maxNodes}</span>
              <span>keeps {formatPercent(choice.share)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
