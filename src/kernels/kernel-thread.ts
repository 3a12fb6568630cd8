/** A worker that computes its part of every kernel, for as long as it lives. */
import {
  ARGUMENTS,
  controlBlock,
  GENERATION,
  KERNEL,
  type Kernel,
  PENDING,
  SPINS,
  type ThreadStart,
} from './control-block.ts';

self.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  const { module, memory, control, names, part, parts } = data;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = names.map((name) => exports[name] as Kernel);
  const { counters, args } = controlBlock(memory, control);
  let seen = Atomics.load(counters, GENERATION);
  self.postMessage('ready');

  for (;;) {
    let spins = 0;
    while (Atomics.load(counters, GENERATION) === seen) {
      if (++spins > SPINS) Atomics.wait(counters, GENERATION, seen);
    }
    seen = Atomics.load(counters, GENERATION);
    const kernel = kernels[counters[KERNEL]!]!;
    kernel(...args.subarray(0, counters[ARGUMENTS]!), part, parts);
    if (Atomics.sub(counters, PENDING, 1) === 1) Atomics.notify(counters, PENDING);
  }
};
