/** Jobs that compute with a model: training, scores, and why a trace has its score. */
import { assert } from '../base/assert.ts';
import { err, ok } from '../base/result.ts';
import type { DetectorModel } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { siblingSubtrees } from '../inspect/sibling-subtrees.ts';
import { detectorSets } from '../run/detector-sets.ts';
import type { TrainOutcome } from '../run/outcome.ts';
import { scoreSets } from '../run/score-sets.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { deviceFailure } from './device.ts';
import { cancelled, type JobTable, withoutDataset } from './job-table.ts';
import type { ModelAtHand } from './model-at-hand.ts';
import type { JobFailure, WhatIf } from './protocol.ts';
import { fitSurviving } from './surviving-fit.ts';
import { explainEdited, findUnflagging, type WhatIfContext } from './what-if.ts';

type ModelJobs = JobTable<
  'probe' | 'train' | 'score' | 'explain' | 'whatIf' | 'subtrees' | 'unflag' | 'parity'
>;

export function createModelJobs(atHand: ModelAtHand, traces: () => TraceSet | null): ModelJobs {
  const { device } = atHand;

  const whatIfContext = async ({ model: source, ...asked }: WhatIf): Promise<WhatIfContext> => {
    const { data, model } = await atHand.take(source);
    assert(model.kind === 'terms', 'edited traces are scored by their terms');
    const { seed, scoring, model: sizes } = source.settings;
    const { samples } = scoring;
    return { ...asked, data, model, seed, samples, maxNodes: sizes.maxNodes };
  };

  return {
    async probe({ preference }) {
      return ok(await device.take(preference));
    },

    async train({ detector, settings, from }, { control, emit }) {
      const set = traces();
      if (set === null) return withoutDataset();
      atHand.drop();
      const { seed, machine } = settings;
      const { data, test } = detectorSets(set, settings);
      const operationCount = set.operations.length;
      const epochSeconds = (from?.curve ?? []).map(({ seconds }) => seconds);
      const secondsBefore = epochSeconds.reduce((sum, seconds) => sum + seconds, 0);
      const started = performance.now();
      let epochs = epochSeconds.length;
      const { fitted, info } = await fitSurviving({
        train: (context) => DETECTORS[detector].fit(data, settings, context),
        device,
        preference: machine.backend,
        seed,
        from,
        control,
        emit: (event) => {
          if (event.kind === 'epoch') epochs++;
          if (event.kind === 'recovered') epochs = event.epoch;
          emit(event);
        },
      });
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));

      const trainSeconds = secondsBefore + (performance.now() - started) / 1e3;
      const keep = async (model: DetectorModel): Promise<TrainOutcome> => {
        atHand.keep({ detector, settings, epoch: null, data, test, model });
        return {
          weights: await model.saveWeights(),
          parameterCount: model.parameterCount,
          backend: info,
          stopped: control.stopRequested(),
          trainSeconds,
          trainTracesPerSecond: (epochs * data.train.length) / trainSeconds,
          flooredOperations: data.scale.floored,
        };
      };
      if (fitted.ok) return ok(await keep(fitted.value));
      const { lastGood, ...failure } = fitted.error;
      if (lastGood === undefined) return err(failure);
      const model = DETECTORS[detector].restore(settings, operationCount, lastGood.weights);
      return err({ ...failure, lastGood: { epoch: lastGood.epoch, outcome: await keep(model) } });
    },

    async score({ model: source }, { control, emit }) {
      const { data, test, model } = await atHand.take(source);
      const { detector, settings } = source;
      const sets = { detector, data, test, settings };
      const scored = await scoreSets(sets, model, {
        signal: control.signal,
        onProgress: emit,
      });
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));
      return scored === null ? err(cancelled) : ok(scored);
    },

    async explain({ model: source, trace, stdLimits, corrections }) {
      const { data, model } = await atHand.take(source);
      const { seed, scoring } = source.settings;
      if (model.kind === 'scores') return ok(await model.explain(data, trace, { seed }));
      assert(stdLimits !== null, 'terms are explained under the std limits of their scores');
      const options = { samples: scoring.samples, seed, stdLimits, corrections };
      return ok(await model.explain(data, trace, options));
    },

    async whatIf(input) {
      return ok(await explainEdited(await whatIfContext(input), input.tree));
    },

    async subtrees({ model: source, tree }) {
      const { data } = await atHand.take(source);
      return ok(siblingSubtrees(data.traces, data.train, tree));
    },

    async unflag(input, { control, emit }) {
      const context = await whatIfContext(input);
      const found = await findUnflagging(context, input.tree, input.threshold, {
        signal: control.signal,
        onProgress: emit,
      });
      return found === null ? err(cancelled) : ok(found);
    },

    async parity({ files, backend: preference, part }, { emit }) {
      emit({ kind: 'backend', info: await device.take(preference) });
      // a chunk of its own: the notebook never loads it
      const { compareFiles } = await import('../parity/parity.ts');
      const compared = await compareFiles(files, part, (quantity) =>
        emit({ kind: 'quantity', quantity }),
      );
      const trouble = device.trouble();
      if (trouble !== null) return err(deviceFailure(trouble));
      return compared.ok ? compared : err(unreadable(compared.error));
    },
  };
}

const unreadable = (what: string): JobFailure => ({
  kind: 'unreadable',
  what,
  where: 'the golden file',
  advice: 'choose a file that docs/parity.md describes',
});
