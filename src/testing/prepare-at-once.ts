/** Preparing without the pauses between its steps. */
import { type PreparedTraces, prepareInSteps } from '../prepare/prepare.ts';
import type { PrepareSettings } from '../prepare/settings.ts';
import type { TraceSet } from '../trace/trace-set.ts';

export function prepareTraces(traces: TraceSet, settings: PrepareSettings): PreparedTraces {
  const steps = prepareInSteps(traces, settings);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
