import type { ThemePreference } from '../../stores/shared/preferences-store.ts';
import { SegmentedControl } from '../widgets/Select.tsx';
import { usePreferences } from './notebook-context.ts';

const THEMES: readonly { readonly value: ThemePreference; readonly label: string }[] = [
  { value: 'system', label: 'auto' },
  { value: 'light', label: 'light' },
  { value: 'dark', label: 'dark' },
];

export function ThemeSwitch() {
  const theme = usePreferences((p) => p.theme);
  const setTheme = usePreferences((p) => p.setTheme);
  return (
    <SegmentedControl label="Theme" hideLabel value={theme} options={THEMES} onChange={setTheme} />
  );
}
