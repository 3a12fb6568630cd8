// @ts-check
/** One process of the judge: takes a run, does it, writes its file, and waits for the next. */
import { writeFileSync } from 'node:fs';
import { makeWebGpuGlobal } from '../dawn.mjs';
import { writeWhole } from '../headless/write-whole.mjs';

/**
 * @typedef {import('./side-by-side.mjs').JudgeJob} JudgeJob
 * @typedef {import('../../src/node/judge/judge.ts').JudgeHand} JudgeHand
 */

/** @type {Promise<JudgeHand> | null} */
let hand = null;

/** @param {string} backend @returns {Promise<JudgeHand>} */
async function createHand(backend) {
  if (backend === 'webgpu') await makeWebGpuGlobal();
  const { startGpu, startWasm, createJudgeHand } = await import(process.argv[2] ?? '');
  return createJudgeHand(await (backend === 'webgpu' ? startGpu() : startWasm()));
}

process.on('message', async (/** @type {JudgeJob} */ { task, path }) => {
  try {
    hand ??= createHand(task.choices.backend);
    const weightsPath = path.replace(/\.json$/, '.weights');
    const done = await (await hand).judge(task, weightsPath, (line) =>
      process.send?.({ say: line }),
    );
    if (done.ok) {
      const { text, weights } = done.value;
      writeWhole([
        { path, put: (part) => writeFileSync(part, text) },
        ...(weights === null
          ? []
          : [
              {
                path: weightsPath,
                put: (/** @type {string} */ part) => writeFileSync(part, weights),
              },
            ]),
      ]);
    }
    process.send?.({ done: done.ok ? null : done.error });
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    process.send?.({ done: { what, where: path, advice: 'please report it' } });
  }
});

// the judge is gone, so nobody waits
process.on('disconnect', () => process.exit());
