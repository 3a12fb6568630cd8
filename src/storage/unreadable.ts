/**
 * Records that are stored and that this build cannot read: damaged, or of another format. They stay
 * as they are until a person deletes them, and can be saved as they are.
 */
import type { Failure } from '../base/result.ts';

export interface Unreadable {
  readonly store: 'datasets' | 'runs' | 'models';
  /** Of a model, which belongs to no dataset, its own id. */
  readonly datasetId: string;
  /** Of a run; null of all else. */
  readonly runId: string | null;
  /** The name that it says, as far as it can be read; else its key. */
  readonly name: string;
  readonly why: Failure;
}

const LONGEST_NAME = 80;

/** What a record calls itself, or what it is kept under. */
export function nameIn(value: unknown, key: string): string {
  const named = typeof value === 'object' && value !== null && 'name' in value ? value.name : null;
  const name = typeof named === 'string' && named !== '' ? named : key;
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
