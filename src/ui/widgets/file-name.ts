/** A name that every file system takes, of words that a person gave. */
export const fileStem = (words: string): string =>
  words
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80) || 'unnamed';
