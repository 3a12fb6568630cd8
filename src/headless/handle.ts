/**
 * What the page offers to a program that drives it (scripts/headless), and the values that pass
 * between the two. The page has it under `?headless` alone; only scripts of its own origin and
 * whoever has the browser in hand can reach it.
 */
import type { Failure, Result } from '../base/result.ts';
import type { FileRole } from '../features/splits.ts';

/** A file that the page's own file input was given, in the order in which it was. */
export interface GivenFile {
  /** Without its folder, as the browser names it. */
  readonly name: string;
  readonly bytes: number;
  readonly role: FileRole;
}

/** As they were typed: the page says what is wrong with them. Null leaves it to the page. */
export interface HeadlessChoices {
  /** Of the import, `authors` or `none`: see docs/headless.md. */
  readonly rules: string;
  readonly maxNodes: number | null;
  /** Names of the attributes of spans that are kept; none of them where it is empty. */
  readonly attributes: readonly string[] | null;
  /** null where nothing is to be trained. */
  readonly run: TypedRun | null;
}

export interface TypedRun {
  readonly preset: string;
  readonly backend: string;
  /** Ids of the catalog, or `all`. */
  readonly detectors: readonly string[];
  readonly epochs: number | null;
  readonly limitTrain: number | null;
  /** As docs/headless.md lists them: `top:50`. Absent: the default of the data. */
  readonly threshold?: string | null;
  /** Formulas, each as `NAME = FORMULA` or alone: scores that are kept with the run. */
  readonly score?: readonly string[];
  /** The run's own, then those that it is repeated with. */
  readonly seeds: readonly number[];
}

/** `trees`: import.json with the merged trees. */
export type SavedFile = 'run' | 'scores' | 'import' | 'trees';

export type Outcome = Result<null, Failure>;

export interface HeadlessHandle {
  /** Before any file is given. A failure's `where` is the name of the choice. */
  choose(choices: HeadlessChoices): Outcome;
  /** Waits until the files that the file input was given are in; then they have their roles. */
  imported(given: readonly GivenFile[]): Promise<Outcome>;
  /**
   * Trains and scores the chosen detectors, with each seed in turn. One that cannot be trained
   * leaves the others: run.json says why.
   *
   * @param say takes the lines of the training log as they come
   */
  train(say: (line: string) => void): Promise<Outcome>;
  /** Saves what the page's button of that name saves, as a download. */
  save(file: SavedFile): Promise<Outcome>;
}

declare global {
  /** Absent unless it was asked for. */
  var tracevae: HeadlessHandle | undefined;
  /** Of the driving program: takes lines of progress. */
  var tracevaeProgress: ((line: string) => void) | undefined;
}
