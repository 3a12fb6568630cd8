import { READERS, type Reader } from '../../stores/page/cell-order.ts';
import { SegmentedControl } from '../widgets/Select.tsx';
import { usePreferences } from './notebook-context.ts';

const WORDS: Readonly<Record<Reader, string>> = { engineer: 'Engineer', researcher: 'Researcher' };
const OPTIONS = READERS.map((value) => ({ value, label: WORDS[value] }));

/** Answers first and the model folded, or everything open. */
export function ReaderSwitch() {
  const reader = usePreferences((p) => p.reader);
  const setReader = usePreferences((p) => p.setReader);
  return (
    <SegmentedControl
      label="Layout"
      hideLabel
      value={reader}
      options={OPTIONS}
      onChange={setReader}
    />
  );
}
