/** What a view of the lab is: what it computes from an opened session, and what that depends on. */
import type { Variant } from '../scoring/corrections/list.ts';
import type { LabSession, OpenedLab } from './session.ts';
import type { LabSetting } from './setting.ts';

export interface LabView<T extends object> {
  /** Text that changes when the view has to be computed again; null where there is nothing to compute. */
  readonly key: (variant: Variant, setting: LabSetting, session: LabSession) => string | null;
  /** Its own columns are given away, so they are not those of the session. */
  readonly compute: (lab: OpenedLab, variant: Variant, setting: LabSetting) => T;
}
