/**
 * Which values of a JSON document are wanted, as a tree of shapes; everything else is passed over.
 * The reader follows the document along that tree, and tells where in the document it is.
 */
import { encodeUtf8, grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { JsonHandler, JsonPlace } from './json-handler.ts';
import { createJsonScanner } from './json-scanner.ts';

/** A value that is wanted. It may be of several kinds; one of another kind is a stray. */
export interface Shape {
  /** What the sink knows it by. */
  readonly id: number;
  /** As an object: the keys that are wanted. */
  readonly members?: readonly Member[];
  /** As an object with keys of any name: every value whose key is none of the {@link members}. */
  readonly anyMember?: Shape;
  /** As a list: its elements. */
  readonly element?: Shape;
  /** As a list: another shape to take, with an id of its own. */
  readonly asList?: Shape;
  /** As a text, a number or a word; null is as good as absent, and never a stray. */
  readonly scalar?: boolean;
  /** A fault within is told at the end of this object and of none around it. */
  readonly isRecord?: boolean;
  /** As an object or a list under a key: the sink may read it from its bytes. */
  readonly isDirect?: boolean;
  /** Whether it is wanted is asked of the sink each time; of {@link anyMember}, whether each key is. */
  readonly asks?: boolean;
}

export interface Member {
  readonly name: string;
  readonly key: Uint8Array;
  readonly shape: Shape;
}

export const member = (name: string, shape: Shape): Member => ({
  name,
  key: encodeUtf8(name),
  shape,
});

export const scalar = (id: number): Shape => ({ id, scalar: true });

/** Bytes are valid in the call only. */
export interface ShapeSink {
  /** An object or a list begins. */
  enter(id: number): void;
  /** @param faulty whether something in it was not JSON */
  leave(id: number, faulty: boolean): void;
  text(id: number, bytes: Uint8Array, start: number, end: number): void;
  number(id: number, bytes: Uint8Array, start: number, end: number): void;
  truth(id: number, value: boolean): void;
  /** A null. Without this one in a list counts as false, and that of a key is as good as absent. */
  none?(id: number): void;
  /**
   * An object or a list that the sink may read from its bytes, see {@link Shape.isDirect}.
   *
   * @param at of its bracket
   * @returns the byte behind it, or -1: then it comes as any other does
   */
  direct?(id: number, bytes: Uint8Array, at: number, filled: number): number;
  /** Whether a value of a shape that {@link Shape.asks} is wanted; all are where there is no answer. */
  wants?(id: number): boolean;
  /** Whether the value under a key of any name is wanted, in an object that {@link Shape.asks}. */
  wantsKey?(id: number, bytes: Uint8Array, start: number, end: number): boolean;
  /** A value of a kind that its shape has not. */
  stray(id: number): void;
  /** The document is broken off here; nothing that was entered is left any more. */
  broken(place: JsonPlace): void;
  /** The file ends here, within a document. */
  cutOff(place: JsonPlace): void;
}

export interface ShapeReader {
  push(chunk: Uint8Array): Failure | null;
  finish(): Failure | null;
  /** The line on which the present document begins, from 1. */
  documentLine(): number;
  /**
   * Appends where the value stands that was last begun: names, and -1 for each index of a list,
   * whose values go to `indices`. Both are cleared before.
   */
  locate(names: (string | -1)[], indices: number[]): void;
  /** Whether what was last entered is a list. */
  isList(): boolean;
  /** The key under which the value stands that was last begun; only where keys have any name. */
  key(): Uint8Array;
}

const NO_MEMBERS: readonly Member[] = [];
/** No format has its spans deeper than that. */
const FIRST_DEPTH = 16;
const LETTER_T = 116;
const LETTER_N = 110;

export function createShapeReader(fileName: string, root: Shape, sink: ShapeSink): ShapeReader {
  /** By depth, from 1: what is open, and which member or element of it was last begun. */
  const shapes: Shape[] = [];
  let isList = new Uint8Array(FIRST_DEPTH);
  let index = new Int32Array(FIRST_DEPTH);
  const names: string[] = [];
  let faulty = new Uint8Array(FIRST_DEPTH);
  let depth = 0;
  /** The shape of the value that a key announced. */
  let announced = root;
  let key: Uint8Array = new Uint8Array(0);
  /** Keys mostly come in the same order: where to look first. */
  let expected = 0;

  const begin = (): Shape | undefined => {
    if (depth === 0) return root;
    if (isList[depth] === 0) return announced;
    index[depth]! += 1;
    return shapes[depth]!.element;
  };

  const scalar = (): Shape | null => {
    const shape = begin();
    if (shape === undefined) return null;
    if (shape.scalar) return shape;
    sink.stray(shape.id);
    return null;
  };

  const handler: JsonHandler = {
    onOpen: (opensList) => {
      const begun = begin();
      if (begun === undefined) return false;
      const shape = opensList && begun.asList ? begun.asList : begun;
      const fits = opensList ? shape.element : (shape.anyMember ?? shape.members);
      if (fits === undefined) {
        sink.stray(shape.id);
        return false;
      }
      depth += 1;
      if (depth === isList.length) {
        isList = grown(isList, depth + 1);
        index = grown(index, depth + 1);
        faulty = grown(faulty, depth + 1);
      }
      shapes[depth] = shape;
      isList[depth] = opensList ? 1 : 0;
      index[depth] = -1;
      names[depth] = '';
      faulty[depth] = 0;
      expected = 0;
      sink.enter(shape.id);
      return true;
    },
    onDirect: (bytes, at, filled) => {
      // A member: an element of a list would have to be counted.
      if (depth === 0 || isList[depth] === 1 || !announced.isDirect || !sink.direct) return -1;
      return sink.direct(announced.id, bytes, at, filled);
    },
    onClose: () => {
      const { id, isRecord } = shapes[depth]!;
      const isFaulty = faulty[depth]!;
      depth -= 1;
      expected = 0;
      if (!isRecord) faulty[depth]! |= isFaulty;
      sink.leave(id, isFaulty === 1);
    },
    onKey: (bytes, start, end) => {
      const shape = shapes[depth]!;
      const { members = NO_MEMBERS } = shape;
      for (let i = 0; i < members.length; i++) {
        const at = expected + i;
        const candidate = members[at < members.length ? at : at - members.length]!;
        if (!equalBytes(candidate.key, bytes, start, end)) continue;
        expected = at + 1 < members.length ? at + 1 : 0;
        announced = candidate.shape;
        names[depth] = candidate.name;
        return !announced.asks || sink.wants === undefined || sink.wants(announced.id);
      }
      if (!shape.anyMember) return false;
      if (shape.asks && sink.wantsKey) {
        announced = shape.anyMember;
        return sink.wantsKey(shape.id, bytes, start, end);
      }
      key = bytes.slice(start, end);
      announced = shape.anyMember;
      return true;
    },
    onText: (bytes, start, end) => {
      const shape = scalar();
      if (shape) sink.text(shape.id, bytes, start, end);
    },
    onNumber: (bytes, start, end) => {
      const shape = scalar();
      if (shape) sink.number(shape.id, bytes, start, end);
    },
    onWord: (bytes, start) => {
      // Elements of a list are told of whatever they are; a member that is null is absent.
      if (bytes[start] === LETTER_N) {
        if (sink.none) {
          const shape = begin();
          if (shape) sink.none(shape.id);
          return;
        }
        if (isList[depth] === 0) return;
      }
      const shape = scalar();
      if (shape) sink.truth(shape.id, bytes[start] === LETTER_T);
    },
    onFault: () => {
      faulty[depth] = 1;
    },
    onBroken: (place) => {
      sink.broken(place);
      depth = 0;
    },
    onCutOff: sink.cutOff,
  };

  const scanner = createJsonScanner(fileName, handler);
  return {
    push: scanner.push,
    finish: scanner.finish,
    documentLine: scanner.documentLine,
    isList: () => isList[depth] === 1,
    key: () => key,
    locate: (path, indices) => {
      path.length = 0;
      indices.length = 0;
      for (let level = 1; level <= depth; level++) {
        if (isList[level] === 0) {
          if (names[level] !== '') path.push(names[level]!);
        } else if (index[level]! >= 0) {
          path.push(-1);
          indices.push(index[level]!);
        }
      }
    },
  };
}

export function equalBytes(
  key: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
