/** The groups of the lab's pictures: fill, glyph and name, and how many traces each has. */
import type { LabSession } from '../../../lab/session.ts';
import type { ScoreGroup } from '../../../stores/lab/lab-view.ts';
import { Swatch } from '../../charts/hatch.tsx';
import { formatCount } from '../../widgets/format.ts';
import { G } from '../page/glossary.tsx';
import { GROUP_MARKS, groupWords } from './lab-words.ts';

interface LabLegendProps {
  readonly session: LabSession;
  readonly groups: readonly ScoreGroup[];
  /** Heights are shares of a group. */
  readonly shares?: boolean;
}

export function LabLegend({ session, groups, shares = false }: LabLegendProps) {
  const { counts, labelled } = session;
  return (
    <ul className="histogram__legend" aria-label="Groups">
      {groups
        .filter((group) => counts[group] > 0)
        .map((group) => (
          <li key={group}>
            <Swatch tone={group} />
            <span aria-hidden="true">{GROUP_MARKS[group]} </span>
            {group === 'mismatched' ? (
              <G id="mismatched">mismatched</G>
            ) : (
              groupWords(group, labelled)
            )}{' '}
            <span className="histogram__total">
              {formatCount(counts[group])}
              {group === 'mismatched' && labelled && ' (also counted under their label)'}
              {shares && ' = 100 %'}
            </span>
          </li>
        ))}
    </ul>
  );
}
