/**
 * Annotations of Zipkin's first version, of which a span's kind, services and times follow: "cs" and
 * "cr" are a client's, "sr" and "ss" a server's, "ms" and "ws" a producer's, "wr" and "mr" a
 * consumer's. A store gives both sides of a call as one span, which is two then.
 */
import type { Microseconds } from '../base/units.ts';
import { kindCode } from '../trace/span-facts.ts';

/** One side of a call, or a span within one service. */
export interface ZipkinSide {
  /** Index of the service's name; -1 where none is named. */
  readonly service: number;
  readonly isServer: boolean;
  /** Index into SPAN_KINDS. */
  readonly kind: number;
  /** NaN where it is unknown. */
  readonly startUs: Microseconds;
  /** Infinite where it is missing; negative where the side ends before it starts. */
  readonly durationUs: Microseconds;
}

export interface ZipkinAnnotations {
  startSpan(): void;
  /** @param value its first two bytes, and how many it has */
  annotation(first: number, second: number, length: number, us: number, service: number): void;
  /** @param key as {@link annotation}'s value */
  binaryAnnotation(first: number, second: number, length: number, service: number): void;
  /** At least one; the client's first. What the span says of its time itself is the first one's. */
  sides(startUs: Microseconds, durationUs: Microseconds): readonly ZipkinSide[];
}

const NONE = -1;
const MISSING = Number.POSITIVE_INFINITY;
/** The sides by the annotations that begin and end them. */
const CODES = ['cs', 'cr', 'sr', 'ss', 'ms', 'ws', 'wr', 'mr'];
const [CLIENT, SERVER, PRODUCER, CONSUMER] = [0, 1, 2, 3];
const SIDES = [CLIENT, SERVER, PRODUCER, CONSUMER] as const;
const KINDS = (['client', 'server', 'producer', 'consumer'] as const).map(kindCode);
/** Binary annotations that name the other side's service, or, of a client, its own. */
const CLIENT_ADDRESS = 'ca';
const OTHER_ADDRESSES = ['sa', 'ma'];
const LOCAL_COMPONENT = 'lc';

const between = (from: Microseconds, to: Microseconds): Microseconds =>
  Number.isNaN(to - from) ? MISSING : to - from;

export function createZipkinAnnotations(): ZipkinAnnotations {
  /** [CODES] */
  const us = new Float64Array(CODES.length);
  const isThere = new Uint8Array(CODES.length);
  const service = new Int32Array(CODES.length);
  let localComponent = NONE;
  let clientAddress = NONE;
  let anyOther = NONE;

  const sideOf = (side: number): ZipkinSide => {
    const begin = 2 * side;
    const end = begin + 1;
    const named = isThere[begin] === 1 && service[begin] !== NONE ? begin : end;
    return {
      service: isThere[named] === 1 ? service[named]! : NONE,
      isServer: side === SERVER || side === CONSUMER,
      kind: KINDS[side]!,
      startUs: isThere[begin] === 1 ? us[begin]! : Number.NaN,
      durationUs:
        isThere[begin] === 1 && isThere[end] === 1 ? between(us[begin]!, us[end]!) : MISSING,
    };
  };
  /** "ws" and "wr" may be a client's too, or a server's: they tell nothing. */
  const has = (side: number): boolean =>
    (side !== CONSUMER && isThere[2 * side] === 1) ||
    (side !== PRODUCER && isThere[2 * side + 1] === 1);

  return {
    startSpan: () => {
      isThere.fill(0);
      localComponent = NONE;
      clientAddress = NONE;
      anyOther = NONE;
    },
    annotation: (first, second, length, timeUs, serviceIndex) => {
      const code = length === 2 ? CODES.indexOf(String.fromCharCode(first, second)) : NONE;
      if (code === NONE) {
        if (anyOther === NONE) anyOther = serviceIndex;
        return;
      }
      isThere[code] = 1;
      us[code] = timeUs;
      service[code] = serviceIndex;
    },
    binaryAnnotation: (first, second, length, serviceIndex) => {
      const key = length === 2 ? String.fromCharCode(first, second) : '';
      if (key === CLIENT_ADDRESS) clientAddress = serviceIndex;
      else if (key === LOCAL_COMPONENT) localComponent = serviceIndex;
      else if (!OTHER_ADDRESSES.includes(key) && anyOther === NONE) anyOther = serviceIndex;
    },
    sides: (startUs, durationUs) => {
      const there = SIDES.filter(has);
      const [main = NONE] = there;
      if (main === NONE) {
        const local = [localComponent, anyOther, clientAddress].find((each) => each !== NONE);
        return [{ service: local ?? NONE, isServer: false, kind: 0, startUs, durationUs }];
      }
      return there.map((side) => {
        const annotated = sideOf(side);
        if (side !== main) return annotated;
        return {
          ...annotated,
          service: annotated.service === NONE ? anyOther : annotated.service,
          // Thrift has no other word for a time that is missing than 0.
          startUs: startUs > 0 ? startUs : annotated.startUs,
          durationUs:
            durationUs === MISSING || (durationUs === 0 && annotated.durationUs !== MISSING)
              ? annotated.durationUs
              : durationUs,
        };
      });
    },
  };
}
