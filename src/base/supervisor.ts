/**
 * Requests to a helper on the other side of a port, which may stop answering or never begin to: each
 * request ends, in an answer or in why there is none, and a helper that is gone gives way to a new one.
 *
 * A helper that computes may be silent for long, so it is asked for a sign of life, and silence is
 * counted in questions, not by a clock that goes on while a computer sleeps.
 */

/** Milliseconds between two questions, while something is waited for. */
export const ASK_EVERY_MS = 5000;
/** Questions without any answer until a helper counts as gone: four minutes. */
export const MOST_UNANSWERED = 48;

export interface Port<Message, Reply> {
  post(message: Message, transfer: ArrayBuffer[]): void;
  /** Asks for a sign of life. */
  ask(): void;
  close(): void;
  /** Set by the supervisor. */
  onReply: (reply: Reply) => void;
  /** Any message from the helper. */
  onSign: () => void;
  onError: (what: string, where: string) => void;
}

export interface SupervisorOptions<Message, Reply> {
  readonly open: () => Port<Message, Reply>;
  /** Whether the reply ends the request of this id; null for a reply to none. */
  readonly idOf: (reply: Reply) => { readonly id: number; readonly last: boolean } | null;
  /** Every so many milliseconds until it is ended; a test passes its own clock. */
  readonly every: (ms: number, task: () => void) => { end(): void };
  /** A new helper is there in the place of one that is gone, and has had no request yet. */
  readonly onReplaced?: () => void;
}

/** Why a helper is gone. */
export interface Gone {
  readonly what: string;
  readonly where: string;
}

interface Pending<Reply> {
  readonly onReply: (reply: Reply) => void;
  readonly onGone: (gone: Gone) => void;
}

export interface Supervisor<Message, Reply> {
  /** @returns the id of the request, which its message carries */
  start(message: (id: number) => Message, transfer: ArrayBuffer[], pending: Pending<Reply>): void;
  /** A message about a request that is under way. */
  tell(message: Message): void;
  /** Ends the helper and all of its requests; the next one goes to a new helper. */
  replace(why: Gone): void;
  /** Ends the helper and whatever it does, unsaid. */
  close(): void;
}

export function createSupervisor<Message, Reply>(
  options: SupervisorOptions<Message, Reply>,
): Supervisor<Message, Reply> {
  const { open, idOf, every, onReplaced = () => {} } = options;
  const pending = new Map<number, Pending<Reply>>();
  let lastId = 0;
  let port: Port<Message, Reply> | null = null;
  let clock: { end(): void } | null = null;
  let unanswered = 0;

  const rest = (): void => {
    if (pending.size > 0) return;
    clock?.end();
    clock = null;
  };

  const giveUp = (gone: Gone): void => {
    port?.close();
    port = null;
    const lost = [...pending.values()];
    pending.clear();
    rest();
    for (const request of lost) request.onGone(gone);
  };

  const ask = (): void => {
    if (unanswered >= MOST_UNANSWERED) giveUp(SILENT);
    else {
      unanswered += 1;
      port?.ask();
    }
  };

  const connect = (): Port<Message, Reply> => {
    const mine = open();
    unanswered = 0;
    mine.onSign = () => {
      if (port === mine) unanswered = 0;
    };
    mine.onReply = (reply) => {
      const of = port === mine ? idOf(reply) : null;
      const request = of === null ? undefined : pending.get(of.id);
      if (of === null || request === undefined) return; // late, of one that has ended
      if (of.last) pending.delete(of.id);
      rest();
      request.onReply(reply);
    };
    mine.onError = (what, where) => {
      if (port === mine) giveUp({ what, where });
    };
    return mine;
  };

  port = connect();
  return {
    start(message, transfer, request) {
      if (port === null) {
        port = connect();
        onReplaced();
      }
      lastId += 1;
      const id = lastId;
      pending.set(id, request);
      if (clock === null) unanswered = 0;
      clock ??= every(ASK_EVERY_MS, ask);
      port.post(message(id), transfer);
    },
    tell: (message) => port?.post(message, []),
    replace: ({ what, where }) => giveUp({ what, where }),
    close() {
      pending.clear();
      giveUp(SILENT);
    },
  };
}

const SILENT: Gone = { what: 'it does not answer any more', where: 'worker' };
