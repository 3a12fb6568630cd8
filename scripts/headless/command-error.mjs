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

/** @param {unknown} cause @returns the one line that a command ends with */
export function errorLine(cause) {
  const [first] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const rest = cause instanceof CommandError ? '' : ', the headless run, please report it';
  return `error: ${first}${rest}\n`;
}
