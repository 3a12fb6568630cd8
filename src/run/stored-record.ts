/**
 * Records that come from a disk or a file: parsed once, before anything is made of them. Each carries
 * a formatVersion, and one of another version is left alone. What a schema does not name stays in
 * the record, so that a build that knows more has not lost it.
 */
import * as v from 'valibot';
import { err, type Failure, ok, type Result } from '../base/result.ts';

/** Why a record cannot be used; `newer`: a build after this one wrote it. */
export type RecordFailure = Failure & { readonly newer: boolean };

/** The formatVersion of a record, where it has one. */
export const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'formatVersion' in value
    ? value.formatVersion
    : undefined;

const WHERE = 'browser storage';

/**
 * A record of this version that is as its schema says, or what is wrong with it.
 *
 * @param what   completes "the stored …"
 * @param schema of a `T`; leaves every value as it is
 */
export function parseRecord<T>(
  value: unknown,
  what: string,
  version: number,
  schema: v.GenericSchema,
): Result<T, RecordFailure> {
  const fault = (why: string, advice: string, newer = false) =>
    err({ what: `the stored ${what} ${why}`, where: WHERE, advice, newer });
  if (typeof value !== 'object' || value === null) {
    return fault('is not a record', 'delete it, or save it as it is and report it');
  }
  const found = versionOf(value);
  if (found !== version) {
    return fault(
      `has format ${worded(found)}, this build reads ${version}`,
      'open it with the build that wrote it, or import or train again',
      typeof found === 'number' && found > version,
    );
  }
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return ok(value as T);
  const [issue] = parsed.issues;
  return fault(
    `is damaged: ${v.getDotPath(issue)?.slice(0, LONGEST_PATH) ?? 'it'} is ${worded(issue.received)}, not ${worded(issue.expected ?? issue.message)}`,
    'delete it, or save it as it is and report it',
  );
}

const LONGEST_PATH = 120;
const LONGEST_WORD = 60;

function worded(value: unknown): string {
  const text = String(value);
  return text.length > LONGEST_WORD ? `${text.slice(0, LONGEST_WORD)}…` : text;
}

/** What schemas of records are made of. */

/** Any number, also those that JSON lacks. */
export const number = v.custom<number>((value) => typeof value === 'number', 'a number');
export const numberOrNull = v.nullable(number);
/** A number of things. */
export const count = v.custom<number>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'a count',
);

/** Names and ids: what the page writes on one line. */
export const NAME_LENGTH = 10_000;
export const name = v.pipe(v.string(), v.maxLength(NAME_LENGTH));
/** Reasons, sentences. */
const WORDS_LENGTH = 100_000;
export const words = v.pipe(v.string(), v.maxLength(WORDS_LENGTH));

const LIST_LENGTH = 1_000_000;
export const list = <S extends v.GenericSchema>(item: S) =>
  v.pipe(v.array(item), v.maxLength(LIST_LENGTH));

const instance = <T>(Type: new () => T) => v.custom<T>((value) => value instanceof Type, Type.name);

export const floats = instance(Float32Array);
export const doubles = instance(Float64Array);
export const bytes = instance(Uint8Array);
export const shorts = instance(Uint16Array);
export const integers = instance(Uint32Array);
export const signed = instance(Int32Array);
