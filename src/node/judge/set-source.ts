/** The sets that the judge is given: a folder of train, val and test files, the demo, a stand-in. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import type { FileRole } from '../../features/splits.ts';
import { STAND_IN_IDS, type StandInId } from '../../simulator/stand-in-catalog.ts';

export type SetSource =
  | { readonly kind: 'demo'; readonly name: string; readonly failures?: true }
  | {
      readonly kind: 'stand-in';
      readonly name: string;
      readonly id: StandInId;
      readonly traces: number;
    }
  | {
      readonly kind: 'folder';
      readonly name: string;
      readonly files: readonly SetFile[];
      readonly labels: string | null;
      readonly faults: string | null;
    };

export interface SetFile {
  readonly path: string;
  readonly role: FileRole;
  /** Test traces that are a set of their own, `NAME-hard`. */
  readonly hard: boolean;
}

/** What a file is, by its name up to the first full stop. */
const STEMS: Readonly<Record<string, Omit<SetFile, 'path'>>> = {
  train: { role: 'train', hard: false },
  val: { role: 'val', hard: false },
  test: { role: 'test', hard: false },
  'test-hard': { role: 'test', hard: true },
};

export const stemOf = (path: string): string => basename(path).split('.')[0]!;

/** `absent` is no mistake: sets are named by path, and not every machine has all of them. */
export type NamedSet =
  | { readonly kind: 'there'; readonly source: SetSource }
  | { readonly kind: 'absent'; readonly path: string };

const STAND_IN_TRACES = 20_000;

/** @param word a folder, `demo`, `demo:failures`, `standin:A` or `standin:A:TRACES` */
export function findSet(word: string): Result<NamedSet, Failure> {
  if (word === 'demo') return there({ kind: 'demo', name: 'demo' });
  if (word === 'demo:failures') {
    return there({ kind: 'demo', name: 'demo-failures', failures: true });
  }
  if (word.startsWith('standin:')) return standIn(word);
  if (!existsSync(word)) return ok({ kind: 'absent', path: word });
  if (!statSync(word).isDirectory()) {
    const advice = 'name the folder that its train, val and test files are in';
    return err({ what: `${word} is no folder`, where: '--sets', advice });
  }
  return folder(resolve(word));
}

const there = (source: SetSource): Result<NamedSet, Failure> => ok({ kind: 'there', source });

function standIn(word: string): Result<NamedSet, Failure> {
  const [, wanted, count = `${STAND_IN_TRACES}`] = word.split(':');
  const id = STAND_IN_IDS.find((one) => one === wanted);
  const traces = Number(count);
  if (id !== undefined && Number.isSafeInteger(traces) && traces > 0) {
    return there({ kind: 'stand-in', name: word.replaceAll(':', '-'), id, traces });
  }
  const advice = `use standin:${STAND_IN_IDS.join(', standin:')}, or with a number of traces: standin:A:5000`;
  return err({ what: `there is no stand-in "${word}"`, where: '--sets', advice });
}

function folder(path: string): Result<NamedSet, Failure> {
  const files: SetFile[] = [];
  const known = new Map<string, string>();
  for (const name of readdirSync(path).sort()) {
    const stem = stemOf(name);
    const meant = STEMS[stem];
    if (meant === undefined) continue;
    if (known.has(stem)) {
      const what = `both ${known.get(stem)} and ${name}`;
      return err({ what, where: path, advice: `leave one ${stem} file there` });
    }
    known.set(stem, name);
    files.push({ path: join(path, name), ...meant });
  }
  if (!known.has('train')) {
    const advice = 'a set is a folder with train, val and test, such as train.csv.gz';
    return err({ what: 'no train file', where: path, advice });
  }
  const table = (name: string): string | null =>
    existsSync(join(path, name)) ? join(path, name) : null;
  const [labels, faults] = [table('labels.csv'), table('faults.csv')];
  return there({ kind: 'folder', name: basename(path), files, labels, faults });
}

/** What a set is, so that results of other data under its name are not taken for its own. */
export function fingerprintOf(source: SetSource): unknown {
  if (source.kind !== 'folder') return source;
  const paths = [...source.files.map(({ path }) => path), source.labels, source.faults];
  return paths
    .filter((path) => path !== null)
    .map((path) => [basename(path), createHash('sha256').update(readFileSync(path)).digest('hex')]);
}
