import { expect, test } from 'vitest';
import { createSupervisor, type Gone, MOST_UNANSWERED, type Port } from './supervisor.ts';

interface Message {
  readonly id: number;
  readonly word: string;
}

/** Helpers that do nothing by themselves, and a clock that the test turns. */
function setUp() {
  const helpers: (Port<Message, Message> & {
    readonly got: Message[];
    asked: number;
    open: boolean;
  })[] = [];
  let tick = (): void => {};
  let ticking = false;
  let replaced = 0;
  const supervisor = createSupervisor<Message, Message>({
    open: () => {
      const helper = {
        got: [] as Message[],
        asked: 0,
        open: true,
        post: (message: Message) => void helper.got.push(message),
        ask: () => {
          helper.asked += 1;
        },
        close: () => {
          helper.open = false;
        },
        onReply: (_: Message) => {},
        onSign: () => {},
        onError: (_: string, __: string) => {},
      };
      helpers.push(helper);
      return helper;
    },
    idOf: ({ id, word }) => ({ id, last: word !== 'on the way' }),
    every: (_, task) => {
      tick = task;
      ticking = true;
      return {
        end: () => {
          ticking = false;
        },
      };
    },
    onReplaced: () => {
      replaced += 1;
    },
  });
  const start = (word: string) => {
    const heard: (string | Gone)[] = [];
    supervisor.start((id) => ({ id, word }), [], {
      onReply: (reply) => heard.push(reply.word),
      onGone: (gone) => heard.push(gone),
    });
    return heard;
  };
  const turn = (times: number) => {
    for (let i = 0; i < times; i++) tick();
  };
  return { helpers, start, turn, supervisor, ticking: () => ticking, replaced: () => replaced };
}

test('requests are answered by their ids, and the clock rests when nothing is waited for', () => {
  const { helpers, start, ticking } = setUp();
  const [one, two] = [start('one'), start('two')];
  expect(ticking()).toBe(true);
  helpers[0]!.onReply({ id: 2, word: 'on the way' });
  helpers[0]!.onReply({ id: 2, word: 'done' });
  helpers[0]!.onReply({ id: 1, word: 'done' });
  helpers[0]!.onReply({ id: 1, word: 'late' });
  expect([one, two]).toEqual([['done'], ['on the way', 'done']]);
  expect(ticking()).toBe(false);
});

test('a helper that falls silent is gone: all requests end, the next goes to a new one', () => {
  const { helpers, start, turn, replaced, ticking } = setUp();
  const heard = [start('train'), start('list')];
  turn(MOST_UNANSWERED);
  expect(heard).toEqual([[], []]);
  turn(1);
  expect(heard).toEqual([
    [{ what: 'it does not answer any more', where: 'worker' }],
    [expect.anything()],
  ]);
  expect(helpers.map(({ open }) => open)).toEqual([false]);
  expect(ticking()).toBe(false);
  const next = start('again');
  expect(replaced()).toBe(1);
  helpers[1]!.onReply({ id: 3, word: 'done' });
  expect(next).toEqual(['done']);
  helpers[0]!.onReply({ id: 3, word: 'from the dead' });
  expect(next).toEqual(['done']);
});

test('one that computes for long and answers now and then stays', () => {
  const { helpers, start, turn } = setUp();
  const heard = start('train');
  for (let i = 0; i < 5; i++) {
    turn(MOST_UNANSWERED);
    helpers[0]!.onSign();
  }
  expect(helpers[0]!.asked).toBe(5 * MOST_UNANSWERED);
  expect([heard, helpers.length]).toEqual([[], 1]);
});

test('one that could not be started ends its requests, also those that come later', () => {
  const { helpers, start, replaced } = setUp();
  const first = start('one');
  helpers[0]!.onError('it could not be started', 'entry.js');
  const second = start('two');
  helpers[1]!.onError('it could not be started', 'entry.js');
  expect(first).toEqual([{ what: 'it could not be started', where: 'entry.js' }]);
  expect(second).toEqual([{ what: 'it could not be started', where: 'entry.js' }]);
  expect(replaced()).toBe(1);
});
