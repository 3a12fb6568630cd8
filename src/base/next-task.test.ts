import { expect, test } from 'vitest';
import { nextTask } from './next-task.ts';

test('messages that wait get their turn, and come before what follows', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard: string[] = [];
  port1.onmessage = ({ data }) => {
    heard.push(data);
    port1.close();
  };
  port2.postMessage('cancel');
  await Promise.resolve();
  expect(heard).toEqual([]);
  await nextTask();
  expect(heard).toEqual(['cancel']);
});
