/** A cell of a CSV file: RFC 4180, and no text that a spreadsheet would run. */

/**
 * A spreadsheet takes text that begins so for a formula, also behind blanks, a byte order mark or
 * marks of direction, and in the full-width letters that some take for the plain ones.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Nothing in it is called: a difference of numbers at worst. */
const ID = /^-?[\w.:-]+$/;

export const csvQuoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** An apostrophe before a formula makes it text. */
export const csvCell = (text: string): string =>
  csvQuoted(FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** The same of an id, which stays as it is unless it calls something: programs join files by it. */
export const csvId = (text: string): string => (ID.test(text) ? csvQuoted(text) : csvCell(text));
