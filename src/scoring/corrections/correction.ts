/**
 * What a correction of the score is: an equation, words for people, constants that can be moved, and
 * a formula. One file per correction; `list.ts` names them, and variants, switches, sliders,
 * columns and the inspector's split follow from that list.
 */
import { assert } from '../../base/assert.ts';
import type { ScoreTerms, StdLimits, TermPart } from '../score-terms.ts';

export interface Correction<Id extends string = string> {
  /** Also the name of the variant that has this correction alone: in stored runs, files, addresses. */
  readonly id: Id;
  /** "equation (6)" */
  readonly equation: string;
  readonly words: CorrectionWords;
  readonly constants: readonly Constant[];
  /**
   * @param constants those that differ from their defaults
   * @param limits    of the std-limit, at the percentile that the corrections name
   */
  readonly formula: (terms: ScoreTerms, constants: Constants, limits: StdLimits) => Formula;
}

export interface CorrectionWords {
  /** "node count normalization", within a sentence. */
  readonly name: string;
  /** "normalization" */
  readonly short: string;
  /** Heads a narrow column. */
  readonly column: string;
  /** As the paper names the variant with this correction alone: "NCNorm". */
  readonly paper: string;
  /** What it does, in one line. */
  readonly sentence: string;
}

/** By constant id; an absent one has its default. */
export type Constants = Readonly<Record<string, number | string | undefined>>;

export type Constant = NumberConstant | ChoiceConstant;

/** A number, or what it is for a model of N_max nodes. */
export type PerModel = number | ((maxNodes: number) => number);

interface AnyConstant {
  readonly id: string;
  readonly label: string;
}

/** A constant with a slider. */
export interface NumberConstant extends AnyConstant {
  readonly kind: 'number';
  /** What it is and what the paper has: "equation (7): 1 in the paper, 0 for no normalization". */
  readonly help: (maxNodes: number) => string;
  /** With its unit: "× 32", "p < 0.5". */
  readonly written: (value: string) => string;
  readonly min: PerModel;
  readonly max: PerModel;
  readonly step: number;
  readonly default: PerModel;
  /** Whether other values need what {@link ScoreTerms.detail} keeps. */
  readonly needsDetail?: true;
}

/** A constant that is one of a few. */
export interface ChoiceConstant extends AnyConstant {
  readonly kind: 'choice';
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    /** After the correction's name: "by operation". */
    readonly words: string;
  }[];
  readonly default: string;
  /** What the choice comes to in this run, from and to; infinity where it comes to nothing. */
  readonly measured?: (terms: ScoreTerms, value: string) => readonly [number, number];
  /** Of what is measured: "stds of latency". */
  readonly unit?: string;
}

/**
 * What a correction does to the terms of one sample. What is absent stays as it is; everything is
 * log-probability in nats.
 */
export interface Formula {
  /** Cuts the stds of p(x_i | A, Y, z2), before any factor. */
  readonly stds?: {
    /** log of an operation's largest std */
    readonly most: (operation: number) => number;
    /** [T, L] log p(X | A, Y, z2) under it */
    readonly logPLatency: () => Float32Array;
  };
  /** Of log p(N | z). */
  readonly nodeCount?: (logP: number) => number;
  /** Of one entry's log p(A_ij | z), and what that makes of a sample's sum, `row` of the [S, L]. */
  readonly edges?: {
    readonly entry: (logP: number) => number;
    readonly sum: (logP: number, row: number) => number;
  };
  /** Of one node's log p(e_i | z, .), and what that makes of a sample's sum, `row` of the [T, L]. */
  readonly status?: {
    readonly entry: (logP: number) => number;
    readonly sum: (logP: number, row: number) => number;
  };
  /** What all that a term adds to a trace's score is multiplied by; `trace` of the terms' T. */
  readonly factors?: Readonly<Partial<Record<TermPart, (trace: number) => number>>>;
}

export const perModel = (value: PerModel, maxNodes: number): number =>
  typeof value === 'number' ? value : value(maxNodes);

/** The value of a constant with a slider: its default unless it is set. */
export function numberOf(constant: NumberConstant, constants: Constants, maxNodes: number): number {
  const value = constants[constant.id] ?? perModel(constant.default, maxNodes);
  assert(typeof value === 'number', `${constant.id} is a number`);
  return value;
}

export const choiceOf = (constant: ChoiceConstant, constants: Constants): string =>
  constant.options.find(({ value }) => value === constants[constant.id])?.value ?? constant.default;
