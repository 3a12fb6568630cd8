/**
 * The jobs of the lab. A session keeps the terms of a scored run in the worker, so that a slider
 * sends a few numbers and gets scores, metrics and ranks back.
 */
import type { LabOf, LabQuestion, RangeQuestion } from '../lab/lab.ts';
import type { LabInput, LabSession, RangeTraces, VariantView } from '../lab/session.ts';
import type { LabViewId, LabViewOutput } from '../lab/views.ts';

export interface LabJobs {
  /** Opens on the terms of these scores. */
  openLab: {
    input: LabOf & Pick<LabInput, 'source'>;
    event: never;
    output: LabSession;
  };
  labVariant: { input: LabQuestion; event: never; output: VariantView };
  labTraces: { input: RangeQuestion; event: never; output: RangeTraces };
  /** Fails where the run kept too little for the view. */
  labView: {
    input: LabQuestion & { readonly view: LabViewId };
    event: never;
    output: LabViewOutput<LabViewId>;
  };
}
