/**
 * Training TraceVAE: attempts, until one gets past its first epoch without NaN. A run that was
 * interrupted goes on from its checkpoint.
 */
import { createRandom } from '../../base/random.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import type { TraceVaeConfig } from './meta.ts';
import { traceVaeSpecs } from './trace-vae.ts';
import { TrainingRun } from './training-run.ts';

const MAX_RESTARTS = 10;
/** The stream of the run's seed that gives each attempt its own. */
const ATTEMPTS = 1;

/**
 * The schedule of section 6.2. As the authors' code: a loss that is no number in the first epoch
 * starts the training again, at most 10 times.
 *
 * @returns the trained parameters, owned by the caller
 */
export async function trainTraceVae(
  data: DetectorData,
  config: TraceVaeConfig,
  context: FitContext,
): Promise<Result<ParameterStore, FitFailure>> {
  const unusable = checkData(data);
  if (unusable !== null) return err(unusable);
  const operationCount = data.traces.operations.length;
  const specs = traceVaeSpecs(config, operationCount);

  const from = context.from ?? null;

  for (let attempt = from?.attempt ?? 0; ; attempt++) {
    const seed = createRandom(context.seed, ATTEMPTS, attempt).integer(2 ** 31);
    const checkpoint = attempt === from?.attempt ? from : null;
    const store =
      checkpoint === null
        ? ParameterStore.initialise(specs, seed)
        : ParameterStore.unpack(specs, checkpoint.weights);
    const model = { store, config, operationCount };
    const run = new TrainingRun(data, model, { seed, attempt, context });
    let kept = false;
    try {
      if (checkpoint !== null) run.resume(checkpoint, specs);
      const interruption = await run.run();
      if (interruption === null) {
        kept = true;
        return ok(store);
      }
      if (interruption.kind === 'cancelled') return err(cancelled);
      const { epoch, term } = interruption;
      if (epoch > 1 || attempt >= MAX_RESTARTS) {
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

const cancelled: FitFailure = {
  kind: 'cancelled',
  what: 'training was cancelled',
  where: 'TraceVAE',
  advice: 'start it again when ready',
};

function checkData({ train, traces }: DetectorData): FitFailure | null {
  if (train.length >= 2) return null;
  return {
    kind: 'unusable-data',
    what: `TraceVAE needs at least 2 training traces, this dataset has ${train.length} of ${traces.structureOf.length}`,
    where: 'the training set',
    advice: 'load more traces, or raise N_max if larger traces were left out',
  };
}
