// @ts-check
/** Runs of the judge in child processes, each with one run at a time. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('../../src/node/judge/judge.ts').JudgeTask} JudgeTask
 * @typedef {{ readonly task: JudgeTask, readonly path: string }} JudgeJob
 * @typedef {import('../../src/base/result.ts').Failure} Failure
 * @typedef {Failure & { readonly set: string, readonly detector: string, readonly seed: number }} FailedRun
 */

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * One that fails does not keep the others from it.
 *
 * @param {readonly JudgeJob[]} jobs
 * @param {{ readonly bundle: string, readonly jobs: number, readonly say: (line: string) => void }} options
 * @returns {Promise<FailedRun[]>}
 */
export async function runSideBySide(jobs, { bundle, jobs: width, say }) {
  const left = [...jobs];
  /** @type {FailedRun[]} */
  const failed = [];
  let finished = 0;

  /** @param {JudgeJob} job @param {Failure | null} failure @param {number} started */
  const note = ({ task }, failure, started) => {
    finished += 1;
    const { source, detector, seed } = task;
    const name = `${source.name}, ${detector}, seed ${seed}`;
    if (failure !== null) failed.push({ set: source.name, detector, seed, ...failure });
    const seconds = ((performance.now() - started) / 1e3).toFixed(1);
    const how = failure === null ? `done in ${seconds} s` : `${failure.what}, ${failure.where}`;
    say(`${finished} of ${jobs.length}: ${name}: ${how}`);
  };

  const children = Array.from({ length: Math.min(width, jobs.length) }, async () => {
    /** @type {import('node:child_process').ChildProcess | null} */
    let child = null;
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const started = performance.now();
      child ??= fork(CHILD, [bundle], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const failure = await answerTo(child, job, say);
      note(job, failure, started);
      // one that has ended is followed by another
      if (child.exitCode !== null || child.signalCode !== null) child = null;
    }
    child?.disconnect();
  });
  await Promise.all(children);
  return failed;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {JudgeJob} job
 * @param {(line: string) => void} say
 * @returns {Promise<Failure | null>} null: its file is written
 */
function answerTo(child, job, say) {
  return new Promise((resolve) => {
    /** @param {{ readonly say?: string, readonly done?: Failure | null }} message */
    const onMessage = (message) => {
      if (message.say !== undefined) say(`${job.task.source.name}: ${message.say}`);
      if (message.done !== undefined) settle(message.done);
    };
    /** @param {number | null} code @param {string | null} signal */
    const onExit = (code, signal) => {
      const what = `the process of this run ended (${signal ?? code})`;
      settle({ what, where: job.path, advice: 'run it again with --jobs 1' });
    };
    /** @param {Failure | null} failure */
    const settle = (failure) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(failure);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(job);
  });
}
