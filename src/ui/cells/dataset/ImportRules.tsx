/**
 * How the next files are read: by the rules of the authors' loader or with all their spans, and which
 * attributes of spans are kept.
 */
import { useState } from 'react';
import { readAttributeNames } from '../../../stores/dataset/attribute-memory.ts';
import type { OrphanRule } from '../../../stores/dataset/dataset-store.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Field } from '../../widgets/Field.tsx';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { type Option, Select } from '../../widgets/Select.tsx';

const ORPHAN_OPTIONS: readonly Option<OrphanRule>[] = [
  { value: 'own-tree', label: 'is the root of a tree of its own' },
  { value: 'attach', label: 'goes below the first root' },
  { value: 'largest', label: 'leaves the largest tree alone' },
  { value: 'leave-out', label: 'leaves its trace out' },
];

export function ImportRules() {
  const [open, setOpen] = useState(false);
  const { authorsRules, setAuthorsRules, orphans, setOrphans } = useDataset((d) => d);
  const { keptAttributes, keepAttributes } = useDataset((d) => d);
  return (
    <Disclosure
      open={open}
      onToggle={setOpen}
      summary={`Import rules: ${authorsRules ? 'those of the authors’ loader' : 'every span is kept'}`}
    >
      <Checkbox
        label="Authors’ rules"
        help="For the next files. On: database calls of TraceVAE CSV (DBhash not 0) are left out, and a span whose parent is missing becomes the root of a tree of its own, as in the authors’ loader. Off: such calls stay, and such a span goes below the first root of its trace. Trees of one node and above N_max never train."
        checked={authorsRules}
        onChange={setAuthorsRules}
      />
      <Select
        label="A call whose caller was not recorded"
        help="For the next files. With any dataset that has such calls the page tells what each rule keeps of it."
        value={orphans}
        options={ORPHAN_OPTIONS}
        onChange={setOrphans}
      />
      <Field
        label="Attributes kept"
        help="For the next files: names of attributes that are stored with the spans, with commas between. Start, status and kind are kept anyway. Empty: none."
      >
        {(control) => (
          <input
            {...control}
            type="text"
            defaultValue={keptAttributes.join(', ')}
            onBlur={({ currentTarget }) => keepAttributes(readAttributeNames(currentTarget.value))}
          />
        )}
      </Field>
    </Disclosure>
  );
}
