/**
 * Units carried in names and, at doors between rooms, in types.
 * Latency is kept in microseconds and shown in milliseconds.
 */
export type Microseconds = number & { readonly unit?: 'us' };
export type Milliseconds = number & { readonly unit?: 'ms' };

export const millisToMicros = (ms: number): Microseconds => ms * 1e3;
export const microsToMillis = (us: number): Milliseconds => us / 1e3;
export const nanosToMicros = (ns: number): Microseconds => ns / 1e3;
