/** What the import left out, in a line, where its ledger is folded away. */
import { useMemo } from 'react';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { describeLedger, type LedgerRow } from '../../../stores/dataset/ledger-view.ts';
import { formatCount } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';

/** Reasons in the line itself. */
const MOST_NAMED = 2;

/** What is left out of every file of its format, and takes nothing from the answer. */
const ROUTINE: readonly LedgerRow['reason'][] = [
  'paired-record',
  'database-span',
  'other-encoding',
];

const isLeftOut = ({ kind, reason }: LedgerRow): boolean =>
  kind !== 'repair' && !ROUTINE.includes(reason);

export function SetAside({ dataset: { imported } }: { readonly dataset: Dataset }) {
  const lost = useMemo(
    // how large a tree the model takes leaves nothing out of what is read
    () => describeLedger(imported, Number.POSITIVE_INFINITY).filter(isLeftOut),
    [imported],
  );
  if (lost.length === 0) return null;
  const named = lost
    .slice(0, MOST_NAMED)
    .map(
      ({ text, count, examples }) =>
        `${text} (${[formatCount(count), ...examples.slice(0, 1)].join(': ')})`,
    );
  const more = lost.length - named.length;
  return (
    <p className="set-aside">
      <Icon name="warning" size={12} /> Left out: {named.join('; ')}
      {more > 0 && `; ${formatCount(more, 'more reason')}`}.
    </p>
  );
}
