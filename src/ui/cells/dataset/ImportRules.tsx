/** How the next files are read: by the rules of the authors' loader, or with all their spans. */
import { useState } from 'react';
import { useDataset } from '../../app/notebook-context.ts';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { Checkbox } from '../../widgets/NumberField.tsx';

export function ImportRules() {
  const [open, setOpen] = useState(false);
  const { authorsRules, setAuthorsRules } = useDataset((d) => d);
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
    </Disclosure>
  );
}
