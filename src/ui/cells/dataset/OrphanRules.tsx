/** Calls whose caller was not recorded: how many, and what each rule for them keeps of this dataset. */
import {
  type Dataset,
  ORPHAN_RULES,
  type OrphanRule,
} from '../../../stores/dataset/dataset-store.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { formatCount } from '../../widgets/format.ts';

const WORDS: Readonly<Record<OrphanRule, string>> = {
  'own-tree': 'each is the root of a tree of its own, as in the authors’ loader',
  attach: 'each goes below the first root of its trace',
  largest: 'of such a trace the tree with most spans stays',
  'leave-out': 'such a trace is left out',
};

export function OrphanRules({ dataset }: { readonly dataset: Dataset }) {
  const { readAgain, rereadable } = useDataset((d) => d);
  const { orphans } = dataset.imported;
  if (orphans === undefined) return null;
  const canRead = rereadable === dataset.id;
  return (
    <fieldset className="orphan-rules">
      <legend>
        {formatCount(orphans.withOrphans)} of {formatCount(orphans.traces, 'trace')} have{' '}
        {formatCount(orphans.orphans, 'call')} whose caller was not recorded
      </legend>
      {ORPHAN_RULES.map((rule) => (
        <label key={rule} className="orphan-rules__rule">
          <input
            type="radio"
            name="orphan-rule"
            value={rule}
            checked={rule === orphans.rule}
            disabled={!canRead && rule !== orphans.rule}
            onChange={() => void readAgain(rule)}
          />
          <span>
            {WORDS[rule]}: {formatCount(orphans.kept[rule], 'tree')}
          </span>
        </label>
      ))}
      <p className="quiet">
        {canRead
          ? 'Another rule reads the files again, as one more dataset.'
          : 'Another rule reads the files again: choose them once more, with the rule for the next files below.'}
      </p>
    </fieldset>
  );
}
