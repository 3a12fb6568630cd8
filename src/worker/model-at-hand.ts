/** The trained model that the worker holds: one at a time, restored from its weights on demand. */
import type { DetectorId } from '../detectors/catalog.ts';
import type { DetectorData, DetectorModel } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { detectorSets } from '../run/detector-sets.ts';
import type { RunSettings } from '../run/settings.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { startBackend } from './backend.ts';
import { createDevice, type Device } from './device.ts';
import { noDataset } from './job-table.ts';
import type { ModelSource } from './protocol.ts';

export interface TrainedModel {
  readonly detector: DetectorId;
  readonly settings: RunSettings;
  readonly epoch: number | null;
  readonly data: DetectorData;
  readonly test: Uint32Array;
  readonly model: DetectorModel;
}

export interface ModelAtHand {
  readonly device: Device;
  /** The model of this run: the one at hand, or restored from its stored weights. */
  take(source: ModelSource): Promise<TrainedModel>;
  keep(trained: TrainedModel): void;
  drop(): void;
}

export function createModelAtHand(traces: () => TraceSet | null): ModelAtHand {
  let trained: TrainedModel | null = null;
  const drop = (): void => {
    trained?.model.dispose();
    trained = null;
  };
  // Tensors of a model live on the backend that is left.
  const device = createDevice(startBackend, drop);
  return {
    device,
    drop,
    keep(model) {
      trained = model;
    },
    async take({ detector, settings, epoch, weights }) {
      await device.take(settings.machine.backend);
      const atHand = trained?.detector === detector && trained.epoch === epoch;
      if (trained !== null && atHand && sameSettings(trained.settings, settings)) return trained;
      const set = traces();
      if (set === null) throw new Error(noDataset.what);
      drop();
      const { data, test } = detectorSets(set, settings);
      const { restore } = DETECTORS[detector];
      const model = restore(settings, set.operations.length, weights);
      trained = { detector, settings, epoch, data, test, model };
      return trained;
    },
  };
}

/** Settings are plain JSON, made in one place, so their text compares them. */
const sameSettings = (a: RunSettings, b: RunSettings): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
