/** Latest question wins: an answer counts only while nothing was asked after its question. */
export interface Latest {
  /** A new question. @returns whether it is still the latest, to be asked when its answer comes */
  begin(): () => boolean;
  /** Drops the answers that are on their way. */
  cancel(): void;
}

export function createLatest(): Latest {
  let turn = 0;
  return {
    begin() {
      turn += 1;
      const mine = turn;
      return () => mine === turn;
    },
    cancel() {
      turn += 1;
    },
  };
}
