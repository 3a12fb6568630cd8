/**
 * The worker of twins.html: operations on WebGPU against the same ones on cpu. Its name starts as the
 * app's worker's does, which is how it gets the same policy.
 */
import { startBackend } from '../../src/worker/backend.ts';
import { LOSS_TWINS } from './loss-twins.ts';
import { PATH_TWINS } from './path-twins.ts';
import { REPLAY_TWINS } from './replay-twins.ts';
import { TWINS } from './twins.ts';

export interface TwinReport {
  readonly backend: string;
  /** Errors of the device, which no operation throws. */
  readonly troubles: readonly string[];
  /** The largest deviation of each twin, or why it has none. */
  readonly results: readonly { readonly name: string; readonly outcome: number | string }[];
}

async function compare(): Promise<TwinReport> {
  const troubles: string[] = [];
  const { backend } = await startBackend('webgpu', ({ message }) => troubles.push(message));
  const results: { name: string; outcome: number | string }[] = [];
  for (const [name, worst] of Object.entries({
    ...TWINS,
    ...LOSS_TWINS,
    ...PATH_TWINS,
    ...REPLAY_TWINS,
  })) {
    results.push({ name, outcome: await worst().catch(String) });
  }
  return { backend, troubles, results };
}

void compare().then((report) => self.postMessage(report));
