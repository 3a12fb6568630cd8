/**
 * Training by a plan: attempts, until one gets past its first epoch without NaN. A run that was
 * interrupted goes on from its checkpoint.
 */
import { err, ok, type Result } from '../../base/result.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import { cancelledFit } from './check-data.ts';
import type { TrainingPlan } from './training-plan.ts';
import { TrainingRun } from './training-run.ts';

/** @returns the trained parameters, owned by the caller */
export async function train(
  data: DetectorData,
  plan: TrainingPlan,
  context: FitContext,
): Promise<Result<ParameterStore, FitFailure>> {
  const { specs } = plan;
  const from = context.from ?? null;
  for (let attempt = from?.attempt ?? 0; ; attempt++) {
    const seed = plan.seedOf(context.seed, attempt);
    const checkpoint = attempt === from?.attempt ? from : null;
    const store =
      checkpoint === null
        ? ParameterStore.initialise(specs, seed, plan.start)
        : ParameterStore.unpack(specs, checkpoint.weights);
    const run = new TrainingRun(data, plan, store, { seed, attempt, context });
    let kept = false;
    try {
      if (checkpoint !== null) run.resume(checkpoint);
      const interruption = await run.run();
      if (interruption === null) {
        kept = true;
        return ok(store);
      }
      if (interruption.kind === 'cancelled') return err(cancelledFit(plan.label));
      const { epoch, term } = interruption;
      if (epoch > 1 || attempt >= plan.restarts) {
        return err(divergence(epoch, term, await run.lastGood()));
      }
      const reason = `${term} is not a finite number in the first epoch`;
      context.onEvent({ kind: 'restart', attempt: attempt + 1, reason });
    } finally {
      run.dispose();
      if (!kept) store.dispose();
    }
  }
}

const divergence = (epoch: number, term: string, lastGood: FitFailure['lastGood']): FitFailure => ({
  kind: 'diverged',
  what: `training diverged: ${term} is not a finite number`,
  where: `epoch ${epoch}`,
  advice: 'use a smaller learning rate or another seed',
  ...(lastGood === undefined ? {} : { lastGood }),
});
