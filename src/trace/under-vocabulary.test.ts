/** A dataset that is renumbered later is the one that an import next to the model would have given. */
import { expect, test } from 'vitest';
import { createRandom, shuffle } from '../base/random.ts';
import { spanColumns, type TestSpan } from '../testing/spans.ts';
import { assembleTraces } from './assemble.ts';
import { underVocabulary } from './under-vocabulary.ts';
import { validateTraceSet } from './validate.ts';
import { operationsOf } from './vocabulary.ts';

const NAMES = Array.from({ length: 9 }, (_, i) => ({ service: `s${i % 3}`, name: `op${i}` }));

/** Forests of which parents and operations are drawn. */
function drawnSpans(seed: number): TestSpan[] {
  const random = createRandom(seed);
  return Array.from({ length: 12 }, (_, trace) =>
    Array.from({ length: 2 + random.integer(9) }, (__, i): TestSpan => {
      const { service, name } = NAMES[random.integer(NAMES.length)]!;
      return {
        trace: `t${trace}`,
        id: `t${trace}-${i}`,
        ...(i === 0 ? {} : { parent: `t${trace}-${random.integer(i)}` }),
        service,
        operation: name,
        durationUs: 1 + random.integer(1000),
      };
    }),
  ).flat();
}

test('renumbered traces are those of an import that knew the first operations', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = createRandom(seed, 1);
    const columns = spanColumns(drawnSpans(seed));
    const order = shuffle(random, Uint32Array.from(NAMES.keys()));
    const first = [
      { service: 'elsewhere', name: 'never met' },
      ...Array.from(order.subarray(0, random.integer(NAMES.length)), (i) => NAMES[i]!),
    ];
    const plain = assembleTraces(columns, ['a.csv']).traces;
    const { traces, inOrder } = underVocabulary(plain, first);
    expect(validateTraceSet(traces).ok).toBe(true);
    expect(traces).toEqual(assembleTraces(columns, ['a.csv'], { firstOperations: first }).traces);
    if (inOrder) expect(traces.structures.parent).toEqual(plain.structures.parent);
  }
});

test('where the known operations keep their order nothing moves', () => {
  const { traces } = assembleTraces(spanColumns(drawnSpans(1)), ['a.csv']);
  expect(underVocabulary(traces, operationsOf(traces))).toEqual({ traces, inOrder: true });
});
