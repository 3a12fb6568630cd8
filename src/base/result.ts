/** Outcomes that the world decides (a broken file, a full quota) are values, not exceptions. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

/** A failure told to a person: what happened, where, what to do about it. */
export interface Failure {
  readonly what: string;
  readonly where: string;
  readonly advice: string;
}
