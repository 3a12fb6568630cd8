/**
 * The load that latencies share: one for the whole system and one for each service, both slowly
 * varying, so that spans of one moment are slow together.
 */
import type { Random } from '../base/random.ts';
import type { Microseconds } from '../base/units.ts';

/** Unitless: mean 0, variance 1. */
export type LoadAt = (service: number, timeUs: Microseconds) => number;

const MINUTE_US = 60e6;

/** Minutes over which a load forgets about 63 % of its state. */
const MEMORY_MINUTES = 25;

/** Share of the variance that all services have in common. */
const SHARED = 0.5;

/** @param durationUs simulated time, from 0; later times read the last minute */
export function createLoad(services: number, durationUs: Microseconds, random: Random): LoadAt {
  const minutes = Math.ceil(durationUs / MINUTE_US) + 2;
  const common = slowNoise(minutes, random);
  const own = Array.from({ length: services }, () => slowNoise(minutes, random));
  return (service, timeUs) => {
    const place = Math.min(Math.max(timeUs / MINUTE_US, 0), minutes - 2);
    const before = Math.floor(place);
    const part = place - before;
    const at = (noise: Float64Array): number =>
      noise[before]! * (1 - part) + noise[before + 1]! * part;
    return Math.sqrt(SHARED) * at(common) + Math.sqrt(1 - SHARED) * at(own[service]!);
  };
}

/** First-order autoregression, one value a minute, stationary with variance 1. */
function slowNoise(minutes: number, random: Random): Float64Array {
  const keep = Math.exp(-1 / MEMORY_MINUTES);
  const fresh = Math.sqrt(1 - keep * keep);
  const noise = new Float64Array(minutes);
  noise[0] = random.normal();
  for (let i = 1; i < minutes; i++) noise[i] = keep * noise[i - 1]! + fresh * random.normal();
  return noise;
}
