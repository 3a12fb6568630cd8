/** In what the settings of a run differ from those that Start would use now, by name. */
import { allSettingValues, type Remedy, remedyOf, valueWords } from './setting-values.ts';
import { type RunSettings, sameValue } from './settings.ts';

export interface SettingDifference {
  /** As the page names the setting. */
  readonly name: string;
  /** The value that is chosen, and the one that the run has; in words. */
  readonly chosen: string;
  readonly ofRun: string;
  readonly needs: Remedy;
}

/** Names that only repeat another one of the list. */
const FOLLOWS: Readonly<Record<string, string>> = {
  'joint epochs': 'epochs',
  'time epochs': 'epochs',
  'rate step after': 'epochs',
  'node embedding': 'N_max',
};

export function settingDifferences(
  run: RunSettings,
  chosen: RunSettings,
): readonly SettingDifference[] {
  const [mine, theirs] = [allSettingValues(run), allSettingValues(chosen)];
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
  const differing = names.filter((name) => !sameValue(mine[name], theirs[name]));
  return differing
    .filter((name) => !differing.includes(FOLLOWS[name] ?? ''))
    .map((name) => ({
      name,
      chosen: valueWords(theirs[name]),
      ofRun: valueWords(mine[name]),
      needs: remedyOf(name),
    }));
}

/** What the differences ask for together: nothing, new scores, or a new training. */
export function remedyFor(differences: readonly SettingDifference[]): Remedy | null {
  if (differences.length === 0) return null;
  return differences.some(({ needs }) => needs === 'train') ? 'train' : 'score';
}
