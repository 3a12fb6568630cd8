/**
 * Bytes that come one chunk after another, from a stream or from memory: a stream per small file
 * costs more than reading it.
 */

export interface ByteChunks {
  /** null at the end. Throws where the source cannot be read: a Failure, or what the browser says. */
  next(): Promise<Uint8Array | null>;
  /** Bytes of the file as it is given, so far, where they are not those that come. */
  packed?(): number;
  /** Frees the source where reading stops half-way. */
  close(): void;
}

export function chunksOf(stream: ReadableStream<Uint8Array>): ByteChunks {
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value ?? null,
    // A stream that failed has nothing left to free.
    close: () => {
      reader.cancel().catch(() => undefined);
    },
  };
}

export function oneChunk(bytes: Uint8Array): ByteChunks {
  let left: Uint8Array | null = bytes;
  return {
    next: async () => {
      const chunk = left;
      left = null;
      return chunk;
    },
    close: () => undefined,
  };
}
