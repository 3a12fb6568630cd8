/**
 * Tags of Jaeger's spans and processes: lists of keys and values, or fields of the index, where the
 * dots of their names are @.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { createAttributePairs, type TakeAttribute } from './attribute-pairs.ts';
import {
  PROCESS_TAG,
  PROCESS_TAG_KEY,
  PROCESS_TAG_VALUE,
  TAG,
  TAG_FIELD,
  TAG_KEY,
  TAG_VALUE,
} from './jaeger-shapes.ts';
import { createPairsReader } from './json-pairs.ts';
import type { ShapeSink } from './json-shapes.ts';
import type { SpanFactsTable } from './span-facts-table.ts';

/** What of a sink is about tags; ids of other values pass by. */
export type JaegerTags = Required<
  Pick<ShapeSink, 'text' | 'number' | 'truth' | 'direct' | 'wants' | 'wantsKey'>
> & {
  enter(id: number): void;
  leave(id: number): void;
};

/** @param ofProcess takes an attribute of the process that is being read */
export function createJaegerTags(facts: SpanFactsTable, ofProcess: TakeAttribute): JaegerTags {
  const say: TakeAttribute = (key, bytes, start, end) => facts.say(key, bytes, start, end);
  const spanPairs = createAttributePairs(facts, say);
  const processPairs = createAttributePairs(facts, ofProcess);
  const readOfSpan = createPairsReader(facts, say);
  const readOfProcess = createPairsReader(facts, ofProcess);
  /** The field that is being read. */
  let field = -1;

  const value: JaegerTags['number'] = (id, bytes, start, end) => {
    if (id === TAG_VALUE) spanPairs.value(bytes, start, end, true);
    else if (id === PROCESS_TAG_VALUE) processPairs.value(bytes, start, end, true);
    else if (id === TAG_FIELD) facts.say(field, bytes, start, end);
  };
  return {
    enter: (id) => {
      if (id === TAG) spanPairs.start();
      else if (id === PROCESS_TAG) processPairs.start();
    },
    leave: (id) => {
      if (id === TAG) spanPairs.end();
      else if (id === PROCESS_TAG) processPairs.end();
    },
    text: (id, bytes, start, end) => {
      if (id === TAG_KEY) spanPairs.key(bytes, start, end);
      else if (id === PROCESS_TAG_KEY) processPairs.key(bytes, start, end);
      else value(id, bytes, start, end);
    },
    number: value,
    truth: (id, isTrue) => {
      const word = encodeUtf8(String(isTrue));
      value(id, word, 0, word.length);
    },
    direct: (id, bytes, at, filled) => (id === TAG ? readOfSpan : readOfProcess)(bytes, at, filled),
    wants: (id) => (id === TAG_VALUE ? spanPairs : processPairs).isWanted(),
    wantsKey: (_, bytes, start, end) => {
      const name = encodeUtf8(decodeUtf8(bytes.subarray(start, end)).replaceAll('@', '.'));
      field = facts.key(name, 0, name.length);
      return field >= 0;
    },
  };
}
