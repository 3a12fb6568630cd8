/** Files of the import that could not be read and were left out: how many, why, and which first. */
import { useState } from 'react';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { formatCount } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';

/** Names in the sentence itself. */
const MOST_NAMED = 3;

export function UnreadFiles({ dataset }: { readonly dataset: Dataset }) {
  const [open, setOpen] = useState(false);
  const { unread, files } = dataset.imported;
  if (unread === undefined) return null;
  const count = unread.reduce((sum, group) => sum + group.count, 0);
  const first = unread.flatMap((group) => group.first).slice(0, MOST_NAMED);
  const more = count - first.length;
  return (
    <Notice
      kind="warn"
      announced={false}
      what={`${formatCount(count)} of ${formatCount(files.length + count, 'file')} could not be read: ${first.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`}
      advice={
        <Disclosure open={open} onToggle={setOpen} summary="What is wrong with them">
          <ul className="unread-files">
            {unread.map((group) => (
              <li key={group.what}>
                {formatCount(group.count, 'file')}: {group.what}. {group.advice}
                <ul className="ledger__examples">
                  {group.first.map((where) => (
                    <li key={where}>{where}</li>
                  ))}
                  {group.count > group.first.length && (
                    <li>and {formatCount(group.count - group.first.length)} more</li>
                  )}
                </ul>
              </li>
            ))}
          </ul>
        </Disclosure>
      }
    />
  );
}
