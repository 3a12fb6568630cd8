/**
 * Which attributes of spans are kept: a short list of names, and the other names that conventions
 * have for the same.
 */

/** Kept where nobody has chosen others. */
export const DEFAULT_ATTRIBUTES: readonly string[] = [
  'http.route',
  'http.status_code',
  'db.system',
  'host',
  'version',
];

/** Columns of two bytes per span: more are not kept. */
export const MOST_ATTRIBUTES = 16;
export const LONGEST_ATTRIBUTE_NAME = 100;

/** HTTP's status, under its names of now and before. */
export const HTTP_STATUS_NAMES: readonly string[] = [
  'http.status_code',
  'http.response.status_code',
];

const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  'http.status_code': HTTP_STATUS_NAMES,
  'db.system': ['db.system.name', 'db.type'],
  host: ['host.name', 'hostname'],
  version: ['service.version'],
};

/** All keys that an attribute of this name is found under, its own first. */
export const keysOf = (name: string): readonly string[] => [
  name,
  ...(Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : []).filter((key) => key !== name),
];

/** Names from a text with commas or lines between: each once, in order, as many as are kept. */
export function readAttributeNames(text: string): readonly string[] {
  const names = text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.length <= LONGEST_ATTRIBUTE_NAME);
  return [...new Set(names)].slice(0, MOST_ATTRIBUTES);
}
