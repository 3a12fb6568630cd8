/**
 * Training that outlives its GPU device: when that is lost, it goes on from the last checkpoint on
 * a new one, or on WASM where no device can be had or the new one is lost before its first epoch.
 */
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { FitContext, FitResult, RunControl } from '../detectors/detector.ts';
import type { BackendInfo } from '../run/outcome.ts';
import type { BackendPreference } from '../run/settings.ts';
import type { Device } from './device.ts';
import type { TrainEvent } from './protocol.ts';

export interface SurvivingFitOptions {
  readonly train: (context: FitContext) => FitResult;
  readonly device: Device;
  readonly preference: BackendPreference;
  readonly seed: number;
  readonly from: FitCheckpoint | null;
  readonly control: RunControl;
  readonly emit: (event: TrainEvent) => void;
}

/** @returns the fit's result and the backend that it ended on */
export async function fitSurviving(
  options: SurvivingFitOptions,
): Promise<{ readonly fitted: Awaited<FitResult>; readonly info: BackendInfo }> {
  const { train, device, seed, control, emit } = options;
  let { preference, from } = options;
  let info = await device.take(preference);
  emit({ kind: 'backend', info });
  /** Epochs that were finished when a device was lost. */
  let lostAfter: number | null = null;

  for (;;) {
    const keepsCheckpoint = info.backend === 'webgpu';
    const fitted = await train({
      seed,
      from,
      control: { ...control, signal: AbortSignal.any([control.signal, device.signal()]) },
      onEvent: (event) => {
        if (event.kind === 'checkpoint') {
          if (device.trouble() !== null) return; // who knows what was read
          if (keepsCheckpoint) from = event.checkpoint;
        }
        emit(event);
      },
    }).catch(async (cause: unknown) => {
      if ((await device.troubleSoon())?.kind === 'lost') return null;
      throw cause;
    });
    const trouble = device.trouble();
    if (trouble?.kind !== 'lost' || control.signal.aborted) {
      if (fitted === null) throw new Error(trouble?.message);
      return { fitted, info };
    }
    if (fitted?.ok) fitted.value.dispose();

    const epoch = from?.epoch ?? 0;
    if (lostAfter === epoch) preference = 'wasm';
    lostAfter = epoch;
    info = await device.take(preference);
    emit({ kind: 'recovered', epoch, why: trouble.message, info });
  }
}
