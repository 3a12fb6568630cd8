/** What each view of the lab is given. */
import type { LabSession } from '../../../lab/session.ts';
import type { ScoredTerms } from '../scores/scored.tsx';

export interface LabViewProps {
  readonly scored: ScoredTerms;
  readonly session: LabSession;
}
