/**
 * A microservice system as data: services, their operations, what each operation calls, and how
 * long its own work takes. {@link file://./call-plan.ts} and {@link file://./timing.ts} interpret
 * it; a new system is a new description, not new code.
 */
import { assert } from '../base/assert.ts';
import type { Milliseconds } from '../base/units.ts';

export interface SystemDescription {
  readonly name: string;
  /** Operations by "service/operation", as other descriptions call them. */
  readonly operations: Readonly<Record<string, OperationDescription>>;
  readonly entries: readonly EntryDescription[];
}

/** An operation that requests come in at, drawn in proportion to its weight. */
export interface EntryDescription {
  readonly operation: string;
  readonly weight: number;
}

export interface OperationDescription {
  /** Median of the operation's own work, its calls not counted. */
  readonly workMs: Milliseconds;
  /** Standard deviation of the log of the own work. */
  readonly spread: number;
  /** How strongly the own work follows the load: its log moves by this per unit of load. */
  readonly loadSensitivity?: number;
  /** A wait that some calls meet on top of the own work: a new connection, a queue, a cold cache. */
  readonly wait?: { readonly probability: number; readonly medianMs: Milliseconds };
  readonly steps?: readonly Step[];
}

/** A shorthand: a bare string calls that operation once. */
export type Step =
  | string
  | { readonly kind: 'maybe'; readonly probability: number; readonly steps: readonly Step[] }
  | { readonly kind: 'choice'; readonly branches: readonly Branch[] }
  /** Between `min` and `max` rounds, uniform. */
  | {
      readonly kind: 'repeat';
      readonly min: number;
      readonly max: number;
      readonly steps: readonly Step[];
    }
  /** Called again, at most `attempts` times in all, while it fails. */
  | {
      readonly kind: 'retry';
      readonly operation: string;
      readonly failure: number;
      readonly attempts: number;
    }
  /** All calls within start together; the caller waits for the last. */
  | { readonly kind: 'parallel'; readonly steps: readonly Step[] };

export interface Branch {
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** A description with names replaced by indices, for the interpreters. */
export interface CompiledSystem {
  readonly services: readonly string[];
  readonly operations: readonly CompiledOperation[];
  readonly entries: readonly { readonly operation: number; readonly weight: number }[];
  /** Operation index of a "service/operation" name; throws on an unknown one. */
  readonly indexOf: (name: string) => number;
}

export interface CompiledOperation {
  /** Index into services. */
  readonly service: number;
  /** Without the service. */
  readonly name: string;
  readonly description: OperationDescription;
}

export function compileSystem({ operations, entries }: SystemDescription): CompiledSystem {
  const names = Object.keys(operations);
  const index = new Map(names.map((name, i) => [name, i]));
  const indexOf = (name: string): number => {
    const found = index.get(name);
    assert(found !== undefined, `operation "${name}" is not described`);
    return found;
  };
  const services = [...new Set(names.map(serviceOf))];
  const compiled = names.map((name) => ({
    service: services.indexOf(serviceOf(name)),
    name: name.slice(serviceOf(name).length + 1),
    description: operations[name]!,
  }));
  return {
    services,
    operations: compiled,
    entries: entries.map(({ operation, weight }) => ({ operation: indexOf(operation), weight })),
    indexOf,
  };
}

/** Up to the first slash: operation names may hold slashes, service names may not. */
function serviceOf(name: string): string {
  const slash = name.indexOf('/');
  assert(slash > 0, `operation "${name}" is not "service/operation"`);
  return name.slice(0, slash);
}
