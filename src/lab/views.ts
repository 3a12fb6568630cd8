/** The lab's computed views, by the name that the page knows each by. */
import { evidenceView } from './evidence.ts';
import { latentView } from './latent.ts';
import type { LabView } from './view.ts';
import { whyView } from './why.ts';

export const LAB_VIEWS = {
  why: whyView,
  evidence: evidenceView,
  latent: latentView,
} as const satisfies Readonly<Record<string, LabView<object>>>;

export type LabViewId = keyof typeof LAB_VIEWS;
export type LabViewOutput<Id extends LabViewId> = ReturnType<(typeof LAB_VIEWS)[Id]['compute']>;
