/**
 * The service behind a Kubernetes pod name: "cart-7d4c9f8b6d-x2x5z" is a pod of the deployment
 * "cart". Hashes are written in an alphabet without vowels, so that they spell nothing.
 */
const DASH = 45;
const HASH_BYTES = new Uint8Array(128);
for (const letter of 'bcdfghjklmnpqrstvwxz2456789') HASH_BYTES[letter.charCodeAt(0)] = 1;

/** Length of the random suffix of a pod, and the longest hash of its replica set. */
const POD_LENGTH = 5;
const SET_LENGTHS = { min: 6, max: 10 } as const;

/** @returns where the service's name ends; `end` if the name is not one of a deployment's pod */
export function podServiceEnd(bytes: Uint8Array, start: number, end: number): number {
  const pod = hashStart(bytes, start, end);
  if (end - pod !== POD_LENGTH) return end;
  const set = hashStart(bytes, start, pod - 1);
  const length = pod - 1 - set;
  if (length < SET_LENGTHS.min || length > SET_LENGTHS.max) return end;
  return set - 1;
}

/** Where the hash begins that ends here, behind a dash and a name; `end` if there is none. */
function hashStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && HASH_BYTES[bytes[at - 1]! & 127] === 1 && bytes[at - 1]! < 128) at -= 1;
  return at > start + 1 && bytes[at - 1] === DASH ? at : end;
}
