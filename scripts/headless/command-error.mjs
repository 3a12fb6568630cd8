/** A failure that ends a command with one line: WHAT, WHERE, WHAT TO DO. */
export class CommandError extends Error {
  /**
   * @param {string} what
   * @param {string} where
   * @param {string} advice
   */
  constructor(what, where, advice) {
    super([what, where, advice].map((part) => part.replaceAll(/\s*\n\s*/g, ' ')).join(', '));
  }
}
