/** Everything that the page can do, by typing its name; loaded when it is first opened. */
import { useMemo } from 'react';
import { Palette } from '../widgets/Palette.tsx';
import { pageCommands } from './commands.ts';
import { useNotebook } from './notebook-context.ts';

interface CommandPaletteProps {
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

export default function CommandPalette({ onClose, onKeys }: CommandPaletteProps) {
  const notebook = useNotebook();
  // As the page is when it opens; it closes before anything changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once
  const items = useMemo(() => pageCommands(notebook, onKeys), [notebook]);
  return <Palette label="Commands" items={items} onClose={onClose} />;
}
