/**
 * Corrections as a word of an address: "bcscale.ncnorm(nodeCountExponent=0.5).stdlimit-operation".
 * An address comes from anywhere, so reading keeps only what is known and within its range.
 */
import { type Constants, type Correction, choiceOf, type NumberConstant } from './correction.ts';
import { CORRECTIONS, type CorrectionsOf, onStep } from './list.ts';

const NONE = 'none';

export function writeCorrections(
  corrections: CorrectionsOf,
  list: readonly Correction[] = CORRECTIONS,
): string {
  const on = list.flatMap(({ id, constants }) => {
    const own = corrections[id];
    if (own === undefined) return [];
    const choices = constants.flatMap((constant) =>
      constant.kind === 'choice' ? [`-${choiceOf(constant, own)}`] : [],
    );
    const numbers = constants.flatMap((constant) =>
      constant.kind === 'number' && own[constant.id] !== undefined
        ? [`${constant.id}=${own[constant.id]}`]
        : [],
    );
    return [`${id}${choices.join('')}${numbers.length === 0 ? '' : `(${numbers.join(',')})`}`];
  });
  return on.join('.') || NONE;
}

export function readCorrections(
  words: string,
  list: readonly Correction[] = CORRECTIONS,
): CorrectionsOf {
  const read = [...words.matchAll(/([^.()-]+)([^.()]*)(?:\(([^()]*)\))?/g)].flatMap(
    ([, name, choices = '', numbers = '']) => {
      const known = list.find(({ id }) => id === name);
      return known === undefined
        ? []
        : [[known.id, readConstants(known, choices.split('-'), numbers.split(','))] as const];
    },
  );
  return Object.fromEntries(read);
}

function readConstants(
  { constants }: Correction,
  choices: readonly string[],
  numbers: readonly string[],
): Constants {
  const read = constants.flatMap((constant): (readonly [string, number | string])[] => {
    if (constant.kind === 'choice') {
      const chosen = constant.options.find(({ value }) => choices.includes(value));
      return chosen === undefined ? [] : [[constant.id, chosen.value]];
    }
    const text = numbers.find((one) => one.startsWith(`${constant.id}=`));
    const value = text === undefined ? null : readNumber(constant, text.split('=')[1]!);
    return value === null ? [] : [[constant.id, value]];
  });
  return Object.fromEntries(read);
}

/** null where it is none, or out of the range that is the same for every model. */
function readNumber(constant: NumberConstant, text: string): number | null {
  const value = text.trim() === '' ? Number.NaN : onStep(constant, Number(text));
  const { min, max } = constant;
  const tooLow = typeof min === 'number' && value < min;
  const tooHigh = typeof max === 'number' && value > max;
  return !Number.isFinite(value) || tooLow || tooHigh ? null : value;
}
