/** Pairs i < j of n things as one column of n (n - 1) / 2. */
export const pairIndex = (i: number, j: number): number => (j * (j - 1)) / 2 + i;
