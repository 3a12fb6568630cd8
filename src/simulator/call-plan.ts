/**
 * From a system to the calls of one request: every choice, loop and retry drawn, no time yet.
 */
import { assert } from '../base/assert.ts';
import type { Random } from '../base/random.ts';
import type { CompiledSystem, Step } from './system.ts';

/** Calls in depth-first order: the root first, every call before the calls that it makes. */
export interface CallPlan {
  /** [n] index of the caller, -1 for the root */
  readonly parent: Int32Array;
  /** [n] operation index of the system */
  readonly operation: Uint16Array;
  /** [n] place in the caller's sequence; calls of one stage start together. */
  readonly stage: Uint16Array;
}

/** Far above any sensible description: a description that calls itself ends here, loudly. */
const MAX_CALLS = 10_000;

export function planCalls(system: CompiledSystem, entry: number, random: Random): CallPlan {
  const parent: number[] = [];
  const operation: number[] = [];
  const stage: number[] = [];

  const call = (op: number, caller: number, place: number): void => {
    assert(parent.length < MAX_CALLS, `more than ${MAX_CALLS} calls in one request`);
    const self = parent.length;
    parent.push(caller);
    operation.push(op);
    stage.push(place);
    const steps = system.operations[op]!.description.steps ?? [];
    run(steps, self, { next: 0, parallel: false });
  };

  const run = (steps: readonly Step[], caller: number, stages: Stages): void => {
    const callHere = (name: string): void => {
      call(system.indexOf(name), caller, stages.next);
      if (!stages.parallel) stages.next++;
    };
    for (const step of steps) {
      if (typeof step === 'string') callHere(step);
      else if (step.kind === 'maybe') {
        if (random.uniform() < step.probability) run(step.steps, caller, stages);
      } else if (step.kind === 'choice') {
        run(step.branches[drawWeighted(step.branches, random)]!.steps, caller, stages);
      } else if (step.kind === 'repeat') {
        const rounds = step.min + random.integer(step.max - step.min + 1);
        for (let round = 0; round < rounds; round++) run(step.steps, caller, stages);
      } else if (step.kind === 'retry') {
        let attempt = 0;
        do callHere(step.operation);
        while (++attempt < step.attempts && random.uniform() < step.failure);
      } else {
        run(step.steps, caller, { next: stages.next, parallel: true });
        if (!stages.parallel) stages.next++;
      }
    }
  };

  call(entry, -1, 0);
  return {
    parent: Int32Array.from(parent),
    operation: Uint16Array.from(operation),
    stage: Uint16Array.from(stage),
  };
}

/** The caller's counter of stages; within `parallel` it stands still. */
interface Stages {
  next: number;
  readonly parallel: boolean;
}

/** Index drawn in proportion to the weights. */
export function drawWeighted(
  items: readonly { readonly weight: number }[],
  random: Random,
): number {
  const whole = items.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.uniform() * whole;
  for (let i = 0; i < items.length; i++) {
    rest -= items[i]!.weight;
    if (rest < 0) return i;
  }
  return items.length - 1;
}
