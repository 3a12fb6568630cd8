/** The lab: one session at a time, which questions name. */
import type { Sliced } from '../base/slices.ts';
import type { ModelRef } from '../run/model-ref.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import {
  createSession,
  type LabInput,
  type LabSession,
  type OpenedLab,
  type RangeTraces,
  type VariantView,
} from './session.ts';
import type { LabSetting } from './setting.ts';
import type { LabView } from './view.ts';
import { LAB_VIEWS, type LabViewId, type LabViewOutput } from './views.ts';

/** The scores that a session is of. */
export interface LabOf {
  readonly of: ModelRef;
  /** Index of a test file, null for all. */
  readonly file: number | null;
}

/** What is asked of a session. */
export interface LabQuestion extends LabOf {
  readonly variant: Variant;
  readonly setting: LabSetting;
}

/** `from` and `to` in nats, both ends counted. */
export interface RangeQuestion extends LabQuestion {
  readonly from: number;
  readonly to: number;
}

/** Answers are null where the session is another one, or none. */
export interface Lab {
  /** A pause after each of the longer steps, for other jobs. */
  open(traces: TraceSet, input: LabInput & LabOf): Sliced<LabSession>;
  variant(question: LabQuestion): VariantView | null;
  traces(question: RangeQuestion): RangeTraces | null;
  /** null also where the run kept too little for the view. */
  view<Id extends LabViewId>(id: Id, question: LabQuestion): LabViewOutput<Id> | null;
  /** Forgets the terms, which belong to a dataset that is gone. */
  close(): void;
}

const keyOf = ({ of: { runId, detector, epoch }, file }: LabOf): string =>
  JSON.stringify([runId, detector, epoch, file]);

export function createLab(nowMs: () => number = Date.now): Lab {
  let session: { readonly key: string; readonly lab: OpenedLab } | null = null;
  /** What was opened last: an earlier opening that ends later does not take its place. */
  let latest: object | null = null;
  const labOf = (question: LabQuestion): OpenedLab | null =>
    session?.key === keyOf(question) ? session.lab : null;
  return {
    *open(traces, input) {
      latest = input;
      session = null;
      const lab = yield* createSession(traces, input, nowMs);
      if (latest === input) session = { key: keyOf(input), lab };
      return lab.described;
    },

    variant: (question) => labOf(question)?.variant(question.variant, question.setting) ?? null,

    traces(question) {
      const { variant, setting, from, to } = question;
      return labOf(question)?.traces(variant, setting, from, to) ?? null;
    },

    view<Id extends LabViewId>(id: Id, question: LabQuestion): LabViewOutput<Id> | null {
      const lab = labOf(question);
      const { variant, setting } = question;
      const view: LabView<object> = LAB_VIEWS[id];
      if (lab === null || view.key(variant, setting, lab.described) === null) return null;
      // the id pairs a view with its output; TypeScript does not follow it through the table
      return view.compute(lab, variant, setting) as LabViewOutput<Id>;
    },

    close() {
      session = null;
      latest = null;
    },
  };
}
