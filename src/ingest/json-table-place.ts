/**
 * Where in a JSON document a table of spans stands, and how it is written, told from the ways to its
 * first keys and from the names of its columns. Three ways of writing one are in use:
 *
 *     records   [{"traceId": …, "spanId": …}, …], or such objects in lines; what is nested in them
 *               has names joined by dots
 *     lists     {"meta": [{"name": …}], "data": [[…], …]}: ClickHouse, SigNoz, pandas, BigQuery
 *     columns   {"traceId": […], "spanId": […]}, or {"traceId": {"0": …}} as pandas writes it
 */
import type { ColumnMapping } from '../trace/column-mapping.ts';
import { mappingFault } from '../trace/column-mapping.ts';
import { unitInName } from '../trace/column-units.ts';
import { FEWEST_COLUMNS, guessMapping } from './guess-mapping.ts';
import type { Head } from './head.ts';
import type { JsonOutline } from './json-outline.ts';
import { member, type Shape } from './json-shapes.ts';

export type TablePlace = {
  /** Keys from the document to what holds the table, null for any; lists between need no word. */
  readonly keys: readonly (string | null)[];
  /** Names of columns that spans need, for whoever is told. */
  readonly columns: readonly string[];
  /** Whether they are all that spans need. */
  readonly isComplete: boolean;
} & (
  | { readonly kind: 'columns' }
  /** `around`: the key of the trace id in the object that the list of rows stands in; null for a column. */
  | { readonly kind: 'records'; readonly around: string | null }
  /** Names and rows stand in one object: keys to each. */
  | { readonly kind: 'lists'; readonly names: readonly string[]; readonly rows: string }
  /** The first row has the names, and the next may have types: rows of one list, or a line each. */
  | { readonly kind: 'named-lists'; readonly headRows: number; readonly isOneList: boolean }
);

/** Objects within a row that are looked into. */
export const MOST_NESTED = 3;
/** The one list in a row that counts, and of it the first element: references to the parent. */
export const REFERENCES = 'references';
/** Objects of one file that may be the rows: those with most keys are looked at. */
const MOST_PLACES = 32;

/** Null where there is no such table. */
export function tablePlace({ json, text }: Pick<Head, 'json' | 'text'>): TablePlace | null {
  if (json.failure) return null;
  const places = [...recordPlaces(json), ...listPlaces(json, text), ...namedLists(text)];
  let best: TablePlace | null = null;
  for (const place of places) {
    if (best === null || scoreOf(place) > scoreOf(best)) best = place;
  }
  return best;
}

/** Of equal places the innermost, where names have nothing before them. */
const scoreOf = ({ isComplete, columns, keys }: TablePlace): number =>
  columns.length + (isComplete ? 100 : 0) + keys.length / 100;

/** A column of ids that tie spans together, whatever its name is besides. */
const TRACE_WORD = /trace|span|request.?id|correlation.?id|transaction.?id/i;
const TIME_WORD = /duration|elapsed|latency|took|end.?(time|ts|ed)|finish|response.?time/i;
const isTime = (name: string): boolean => TIME_WORD.test(name) || unitInName(name) !== undefined;

/** Null where the columns are neither all that spans need nor likely to be those of spans. */
export function spanColumns(
  header: readonly string[],
): Pick<TablePlace, 'columns' | 'isComplete'> | null {
  if (header.length < FEWEST_COLUMNS) return null;
  const mapping = guessMapping(header, []);
  const isComplete = mappingFault(mapping) === null;
  const isLikely = header.some((name) => TRACE_WORD.test(name)) && header.some(isTime);
  if (!isComplete && !isLikely) return null;
  return { columns: namesOfRoles(header, mapping), isComplete };
}

const namesOfRoles = (header: readonly string[], { columns }: ColumnMapping): string[] =>
  Object.values(columns).flatMap((cell) => (cell < 0 ? [] : [header[cell]!]));

const NUMBER = /^\d+$/;

/** Objects whose keys are the columns: of values, or of lists of them. */
function recordPlaces({ ways, values, lists }: JsonOutline): TablePlace[] {
  /** Objects with a number as a key, as those of rows by their labels. */
  const labelled = new Set<string>();
  for (const way of ways) {
    const parent = way.slice(0, Math.max(0, way.lastIndexOf('.')));
    if (NUMBER.test(way.slice(parent.length + 1))) labelled.add(parent);
  }
  const records = new Map<string, string[]>();
  const columns = new Map<string, string[]>();
  for (const way of ways) {
    const own = splitWay(way);
    const key = own.at(-1)!;
    if (lists.has(`${way}[]`) || labelled.has(way))
      append(columns, own.slice(0, -1).join('.'), key);
    if (!values.has(way)) continue;
    // What is nested belongs to the object around it as well.
    for (let from = own.length - 1; from >= 0 && own.length - from <= MOST_NESTED; from--) {
      if (own[from]!.endsWith('[]') && own[from] !== `${REFERENCES}[]`) break;
      const name = own.slice(from).join('.').replace(`${REFERENCES}[]`, REFERENCES);
      append(records, own.slice(0, from).join('.'), name);
    }
  }
  return [
    ...placesOf(records, (way, header): TablePlace[] => {
      const around = traceAround(way, values);
      return [
        ...placeAt(way, header, (found) => ({ kind: 'records', around: null, ...found })),
        ...(around === undefined
          ? []
          : placeAt(way, [...header, around], (found) => ({ kind: 'records', around, ...found }))),
      ];
    }),
    ...placesOf(columns, (way, header) =>
      placeAt(way, header, (found) => ({ kind: 'columns', ...found })),
    ),
  ];
}

const TRACE_KEYS = ['traceId', 'traceID', 'trace_id'];

/** A trace that has its id once, and its spans in a list without it. */
function traceAround(way: string, values: ReadonlySet<string>): string | undefined {
  const own = splitWay(way);
  if (!own.at(-1)!.endsWith('[]') || !/[^[\]]/.test(own.at(-1)!)) return undefined;
  const parent = own.slice(0, -1).join('.');
  // A list around the document is no object of its own.
  const within = parent === '' && own.length > 1 ? '[].' : parent === '' ? '' : `${parent}.`;
  return TRACE_KEYS.find((key) => values.has(`${within}${key}`));
}

/** Of the objects with most keys. */
const placesOf = (
  byPlace: ReadonlyMap<string, readonly string[]>,
  placesAt: (way: string, header: readonly string[]) => TablePlace[],
): TablePlace[] =>
  [...byPlace]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_PLACES)
    .flatMap(([way, header]) =>
      placesAt(way, header).map((place) => ofMany(byPlace, way, header, place)),
    );

type Found = Pick<TablePlace, 'keys' | 'columns' | 'isComplete'>;

function placeAt(
  way: string,
  header: readonly string[],
  placeOf: (found: Found) => TablePlace,
): TablePlace[] {
  const found = spanColumns(header);
  return found ? [placeOf({ keys: keysOf(way), ...found })] : [];
}

/** Where other keys beside the last lead to such objects too, any key does. */
const ofMany = (
  byPlace: ReadonlyMap<string, readonly string[]>,
  way: string,
  header: readonly string[],
  place: TablePlace,
): TablePlace =>
  place.keys.length > 0 && hasLike(byPlace, way, header)
    ? { ...place, keys: [...place.keys.slice(0, -1), null] }
    : place;

/** Whether another key of the same object leads to the same columns: rows by their names or numbers. */
function hasLike(
  byPlace: ReadonlyMap<string, readonly string[]>,
  way: string,
  header: readonly string[],
): boolean {
  const parent = splitWay(way).slice(0, -1).join('.');
  return [...byPlace].some(
    ([other, columns]) =>
      other !== way &&
      splitWay(other).slice(0, -1).join('.') === parent &&
      splitWay(other).length === splitWay(way).length &&
      columns.filter((name) => header.includes(name)).length >= FEWEST_COLUMNS &&
      spanColumns(columns) !== null,
  );
}

/** The shape of a document in which these keys lead to a shape; lists may be around each object. */
export function shapeAlong(keys: readonly (string | null)[], to: Shape): Shape {
  let root = to;
  for (const key of keys.toReversed()) {
    const within: Shape =
      key === null ? { id: 0, anyMember: root } : { id: 0, members: [member(key, root)] };
    root = { ...within, asList: { id: 0, element: within } };
  }
  return root;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/** `data[].spans[].name` → `data[]`, `spans[]`, `name`. */
const splitWay = (way: string): string[] => way.split('.');

/** The keys of a way, without the marks of its lists. */
const keysOf = (way: string): string[] =>
  splitWay(way)
    .map((part) => part.replace(/(\[\])+$/, ''))
    .filter((key) => key !== '');

/** Where tools put the names of columns, and the rows. */
const NAMES = [
  ['meta', 'name'],
  ['columns'],
  ['columns', 'name'],
  ['columns', 'text'],
  ['fields', 'name'],
  ['schema', 'name'],
  ['schema', 'fields', 'name'],
  ['resultSetMetaData', 'rowType', 'name'],
] as const;
const ROWS = ['data', 'rows', 'events', 'values', 'datarows'];

/** Lists as rows, with a list of names beside them, whose texts are looked for in the head. */
function listPlaces({ ways, lists }: JsonOutline, text: string): TablePlace[] {
  const places: TablePlace[] = [];
  for (const way of ways) {
    const own = splitWay(way);
    const rows = own.at(-1)!;
    const isRows = ROWS.includes(rows) && (lists.has(`${way}[][]`) || ways.has(`${way}[].f[].v`));
    if (!isRows) continue;
    const within = own.slice(0, -1).join('.');
    const at = (path: string): string => (within === '' ? path : `${within}.${path}`);
    for (const names of NAMES) {
      const list = at(`${names[0]}[]`);
      const isThere =
        names.length === 1
          ? lists.has(list) && ![...ways].some((each) => each.startsWith(`${list}.`))
          : ways.has(at(listWay(names)));
      if (!isThere) continue;
      const key = `"${names[0]}"`;
      const texts = [text.indexOf(key), text.lastIndexOf(key)].flatMap((from) =>
        textsIn(text.slice(from + key.length, from + MOST_NAME_TEXT)),
      );
      const found = spanColumns([...new Set(texts)]);
      if (found) places.push({ kind: 'lists', keys: keysOf(within), names, rows, ...found });
    }
  }
  return places;
}

/** `schema.fields[].name` */
const listWay = (names: readonly string[]): string =>
  names.map((name, i) => (i === names.length - 2 ? `${name}[]` : name)).join('.');

/** ["String", "DateTime64(9)", "Nullable(UInt64)"] */
const TYPE = '"[A-Z][A-Za-z]+\\d*(\\([^"]*\\))?"';
const TYPES = new RegExp(`^\\[\\s*${TYPE}(\\s*,\\s*${TYPE})*\\s*\\]$`);
/** Two rows of scalars, one behind the other. */
const STARTS_WITH_NAMES = /^\[\s*(\[\s*)?"/;
const FIRST_ROWS = /(\[[^[\]]*\])\s*,?\s*(\[[^[\]]*\])?/;

/** A document, or an element of one, that is a list of names, as ClickHouse's JSONCompactEachRowWithNames. */
function namedLists(text: string): TablePlace[] {
  if (!STARTS_WITH_NAMES.test(text)) return [];
  const [, first, second = ''] = FIRST_ROWS.exec(text) ?? [];
  const found = first === undefined ? null : spanColumns(textsIn(first));
  if (!found) return [];
  const headRows = TYPES.test(second) ? 2 : 1;
  return [{ kind: 'named-lists', keys: [], headRows, isOneList: /^\[\s*\[/.test(text), ...found }];
}

/** Texts of JSON that may be names of columns. */
const TEXT = /"((?:[^"\\]|\\.)*)"/g;
const LONGEST_NAME = 64;
/** More texts than these are rows, not names; and the text in which they stand. */
const MOST_NAMES = 512;
const MOST_NAME_TEXT = 32 * 1024;

function textsIn(text: string): string[] {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(TEXT)) {
    if (name !== '' && name.length <= LONGEST_NAME) names.add(name);
    if (names.size === MOST_NAMES) break;
  }
  return [...names];
}
