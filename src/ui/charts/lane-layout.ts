/** Marks in lanes: one lane a group, each mark at a height of its own that it keeps. */

export interface LaneMarks {
  /** [marks] which trace */
  readonly row: Uint32Array;
  /** [marks] which lane */
  readonly lane: Uint8Array;
  /** [marks] 0 to 1 from the top of all lanes */
  readonly y: Float32Array;
}

/** Share of a lane's height that stays free above and below its marks. */
const GAP = 0.12;

/**
 * @param memberships per lane [T] 1 where the trace has a mark in it; a trace may be in several
 */
export function laneMarks(memberships: readonly Uint8Array[]): LaneMarks {
  const count = memberships.reduce(
    (sum, members) => sum + members.reduce((ones, one) => ones + one, 0),
    0,
  );
  const row = new Uint32Array(count);
  const lane = new Uint8Array(count);
  const y = new Float32Array(count);
  let mark = 0;
  memberships.forEach((members, l) => {
    for (let t = 0; t < members.length; t++) {
      if (members[t] !== 1) continue;
      row[mark] = t;
      lane[mark] = l;
      y[mark++] = (l + GAP + (1 - 2 * GAP) * scatter(t)) / memberships.length;
    }
  });
  return { row, lane, y };
}

/** Evenly spread over 0 to 1, the same for a trace every time: Weyl's sequence of the golden ratio. */
const scatter = (t: number): number => (t * 0.6180339887498949) % 1;
