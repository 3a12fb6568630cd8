/**
 * Seeded random numbers. Every draw of the app comes from here, so that a seed names a run.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** The generator's state; {@link randomFromState} continues from it. */
  state(): RandomState;
}

/** Four words of sfc32 and the spare normal of Box-Muller, if one is pending. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  readonly spareNormal: number | null;
}

function splitmix32(seed: number): () => number {
  let s = seed | 0;
  return () => {
    s = (s + 0x9e3779b9) | 0;
    let t = s ^ (s >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) | 0;
  };
}

/**
 * @param seed    any integer
 * @param streams further integers that name an independent stream (an epoch, a trace)
 */
export function createRandom(seed: number, ...streams: readonly number[]): Random {
  let mixed = seed | 0;
  for (const stream of streams) mixed = splitmix32(mixed ^ Math.imul(stream + 1, 0x85ebca6b))();
  const next = splitmix32(mixed);
  const random = randomFromState({ words: [next(), next(), next(), 1], spareNormal: null });
  for (let i = 0; i < 12; i++) random.uniform();
  return random;
}

export function randomFromState(state: RandomState): Random {
  let [a, b, c, d] = state.words;
  let spareNormal = state.spareNormal;

  const uniform = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };

  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    normal: () => {
      if (spareNormal !== null) {
        const spare = spareNormal;
        spareNormal = null;
        return spare;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spareNormal = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    state: () => ({ words: [a, b, c, d], spareNormal }),
  };
}

/** Fills a new array with standard normals. */
export function normals(random: Random, length: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = random.normal();
  return values;
}

/** Fisher-Yates shuffle in place; returns the same array. */
export function shuffle<A extends Uint32Array | number[]>(random: Random, items: A): A {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = items[i]!;
    items[i] = items[j]!;
    items[j] = held;
  }
  return items;
}
