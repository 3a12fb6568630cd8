/**
 * Ways to the keys of JSON documents, kept from one file to the next: thousands of small files have
 * the same ones. What has known ways alone is passed over, byte by byte, faster than by tokens.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { ByteInterner } from './byte-interner.ts';
import * as jsonBytes from './json-bytes.ts';
import { passString, plainEnd, skipSpaces } from './json-plain.ts';

// Names of this module: see json-scanner.ts.
const { COLON, COMMA, endsWord, isWord, LIST_CLOSE, LIST_OPEN, OBJECT_CLOSE, OBJECT_OPEN, QUOTE } =
  jsonBytes;

/** Distinct ways that are met in one file; a list of like objects has few. */
export const MAX_WAYS = 1000;
/** Ways that are known, of all files; with more of them it begins anew. */
const MOST_KNOWN = 4096;

/** A place in a document, reached by keys and lists alone. */
export interface Way {
  readonly text: string;
  /** Its own key; empty for a list's elements. */
  readonly key: Uint8Array;
  readonly byKey: Map<string, Way>;
  elements: Way | null;
  /** Objects mostly have their keys in one order: the first within, and what followed this one. */
  first: Way | null;
  follower: Way | null;
  /** The last {@link WaysMet} of a file that has this way, a value there, a list of such elements. */
  met: WaysMet | null;
  withValue: WaysMet | null;
  ofList: WaysMet | null;
}

/** Those of one file, in the order in which they come. */
export interface WaysMet {
  readonly ways: Set<string>;
  readonly values: Set<string>;
  readonly lists: Set<string>;
}

const wayTo = (text: string, key: Uint8Array): Way => ({
  text,
  key,
  byKey: new Map(),
  elements: null,
  first: null,
  follower: null,
  met: null,
  withValue: null,
  ofList: null,
});

let known = 0;
let root = wayTo('', new Uint8Array(0));
let names = { keys: new ByteInterner(), texts: [] as string[] };

/** The way to a document itself. */
export function rootWay(): Way {
  if (known > MOST_KNOWN) {
    known = 0;
    root = wayTo('', new Uint8Array(0));
    names = { keys: new ByteInterner(), texts: [] };
  }
  return root;
}

/** @param before the way to the key before it in the same object, null for the first */
export function wayOfKey(
  parent: Way,
  before: Way | null,
  bytes: Uint8Array,
  start: number,
  end: number,
): Way {
  const way = knownWay(parent, before, bytes, start, end) ?? newWay(parent, bytes, start, end);
  if (before) before.follower = way;
  else parent.first = way;
  return way;
}

function knownWay(
  parent: Way,
  before: Way | null,
  bytes: Uint8Array,
  start: number,
  end: number,
): Way | null {
  const expected = before ? before.follower : parent.first;
  if (expected && isEqual(expected.key, bytes, start, end)) return expected;
  const name = names.keys.find(bytes, start, end);
  return name < 0 ? null : (parent.byKey.get(names.texts[name]!) ?? null);
}

function newWay(parent: Way, bytes: Uint8Array, start: number, end: number): Way {
  const name = names.keys.intern(bytes, start, end);
  names.texts[name] ??= decodeUtf8(bytes.subarray(start, end));
  const key = names.texts[name]!;
  const way = wayTo(parent.text === '' ? key : `${parent.text}.${key}`, bytes.slice(start, end));
  parent.byKey.set(key, way);
  known += 1;
  return way;
}

export function elementsOf(way: Way): Way {
  way.elements ??= wayTo(`${way.text}[]`, way.key);
  return way.elements;
}

export function meet(way: Way, met: WaysMet): void {
  if (way.met === met) return;
  way.met = met;
  met.ways.add(way.text);
}

export function meetValue(way: Way, met: WaysMet): void {
  if (way.withValue === met) return;
  way.withValue = met;
  met.values.add(way.text);
}

export function meetList(elements: Way, met: WaysMet): void {
  if (elements.ofList === met) return;
  elements.ofList = met;
  met.lists.add(elements.text);
}

/**
 * Behind the object or list at `from`, whose ways are met; -1 where there is another way in it, or
 * anything but plain JSON on one line. What was met until there is in the file all the same.
 *
 * @param way    to the object or list itself
 * @param filled bytes that are there
 */
export const passKnown = (
  way: Way,
  bytes: Uint8Array,
  from: number,
  filled: number,
  met: WaysMet,
): number =>
  bytes[from] === LIST_OPEN
    ? passList(way, bytes, from, filled, met)
    : passObject(way, bytes, from, filled, met);

function passObject(
  parent: Way,
  bytes: Uint8Array,
  from: number,
  filled: number,
  met: WaysMet,
): number {
  let at = skipSpaces(bytes, from + 1);
  if (bytes[at] === OBJECT_CLOSE) return at < filled ? at + 1 : -1;
  let before: Way | null = null;
  for (;;) {
    if (bytes[at] !== QUOTE || met.ways.size >= MAX_WAYS) return -1;
    const end = plainEnd(bytes, at + 1, filled);
    // Numbers as keys are counted by who reads token by token.
    if (end < 0 || isDigit(bytes[at + 1]!)) return -1;
    const way = knownWay(parent, before, bytes, at + 1, end);
    if (way === null) return -1;
    meet(way, met);
    before = way;
    at = skipSpaces(bytes, end + 1);
    if (bytes[at] !== COLON) return -1;
    at = skipSpaces(bytes, at + 1);
    if (at >= filled) return -1;
    const isNested = bytes[at] === OBJECT_OPEN || bytes[at] === LIST_OPEN;
    at = isNested ? passKnown(way, bytes, at, filled, met) : passScalar(bytes, at, filled);
    if (at < 0) return -1;
    if (!isNested) meetValue(way, met);
    at = skipSpaces(bytes, at);
    if (bytes[at] === OBJECT_CLOSE) return at < filled ? at + 1 : -1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpaces(bytes, at + 1);
  }
}

function passList(way: Way, bytes: Uint8Array, from: number, filled: number, met: WaysMet): number {
  const { elements } = way;
  if (elements === null) return -1;
  meetList(elements, met);
  let at = skipSpaces(bytes, from + 1);
  if (bytes[at] === LIST_CLOSE) return at < filled ? at + 1 : -1;
  for (;;) {
    if (at >= filled) return -1;
    const isNested = bytes[at] === OBJECT_OPEN || bytes[at] === LIST_OPEN;
    at = isNested ? passKnown(elements, bytes, at, filled, met) : passScalar(bytes, at, filled);
    if (at < 0) return -1;
    at = skipSpaces(bytes, at);
    if (bytes[at] === LIST_CLOSE) return at < filled ? at + 1 : -1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpaces(bytes, at + 1);
  }
}

/** Behind a text, a number or a word. */
function passScalar(bytes: Uint8Array, from: number, filled: number): number {
  if (bytes[from] === QUOTE) return passString(bytes, from + 1, filled);
  let at = from;
  while (at < filled && !endsWord(bytes[at]!)) at += 1;
  if (at === filled || at === from) return -1;
  return isNumberStart(bytes[from]!) || isWord(bytes, from, at) ? at : -1;
}

const MINUS = 45;
const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isNumberStart = (byte: number): boolean => byte === MINUS || isDigit(byte);

function isEqual(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
