import { expect, test, vi } from 'vitest';
import { ASK_EVERY_MS, MOST_UNANSWERED } from '../base/supervisor.ts';
import type { WorkerLike } from '../base/worker-port.ts';
import { createWorkerClient } from './client.ts';

function fakeWorker() {
  const posted: { readonly kind: string; readonly jobId?: number }[] = [];
  const worker: WorkerLike & { ended: boolean } = {
    ended: false,
    postMessage: (message) => void posted.push(message as (typeof posted)[number]),
    terminate: () => {
      worker.ended = true;
    },
    onmessage: null,
    onerror: null,
  };
  const say = (data: unknown) => worker.onmessage?.({ data } as never);
  return { worker, posted, say };
}

test('a job whose worker is silent ends in a failure that names it; the next has a new worker', async () => {
  vi.useFakeTimers();
  const workers = [fakeWorker(), fakeWorker()];
  let opened = 0;
  let replaced = 0;
  const client = createWorkerClient(
    () => workers[opened++]!.worker,
    () => {
      replaced += 1;
    },
  );
  const train = client.start('census', null);
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(ASK_EVERY_MS * MOST_UNANSWERED);
    workers[0]!.say({ kind: 'pong' });
  }
  const unpack = client.start('unpack', { file: new File([], 'x') });
  vi.advanceTimersByTime(ASK_EVERY_MS * (MOST_UNANSWERED + 1));
  expect(await train.result).toMatchObject({ ok: false, error: { kind: 'gone' } });
  expect(await unpack.result).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('opening the notebook file ended') },
  });
  expect([workers[0]!.worker.ended, replaced]).toEqual([true, 0]);
  const again = client.start('census', null);
  expect(replaced).toBe(1);
  expect(workers[1]!.posted).toMatchObject([{ kind: 'census', jobId: 3 }]);
  workers[1]!.say({ kind: 'done', jobId: 3, output: 'all of it' });
  expect(await again.result).toEqual({ ok: true, value: 'all of it' });
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a worker that is out of memory ends with all that it holds, and its other jobs are told', async () => {
  const workers = [fakeWorker(), fakeWorker()];
  let opened = 0;
  const client = createWorkerClient(() => workers[opened++]!.worker);
  const [train, other] = [client.start('census', null), client.start('describe', null)];
  const failure = { kind: 'memory', what: 'no memory', where: 'the worker', advice: 'less' };
  workers[0]!.say({ kind: 'failed', jobId: 1, failure });
  expect(await train.result).toEqual({ ok: false, error: failure });
  expect(await other.result).toMatchObject({ ok: false, error: { kind: 'gone' } });
  expect(workers[0]!.worker.ended).toBe(true);
  void client.start('census', null);
  expect(workers[1]!.posted).toMatchObject([{ kind: 'census', jobId: 3 }]);
  client.close();
});
