/**
 * The parts one after the other.
 *
 * @param whole of the parts' lengths together: written, and returned
 */
function joined<A extends Float32Array | Uint32Array>(parts: readonly A[], whole: A): A {
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

const lengthOf = (parts: readonly { readonly length: number }[]): number =>
  parts.reduce((length, part) => length + part.length, 0);

/** [sum of the lengths] the parts one after the other. */
export const concatFloats = (parts: readonly Float32Array[]): Float32Array =>
  joined(parts, new Float32Array(lengthOf(parts)));

/** [sum of the lengths] the parts one after the other. */
export const concatIndices = (parts: readonly Uint32Array[]): Uint32Array =>
  joined(parts, new Uint32Array(lengthOf(parts)));
