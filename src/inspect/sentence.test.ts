import { describe, expect, it } from 'vitest';
import { NOTHING_ODD, sentence, standingAmong, standingWords } from './sentence.ts';

const usual = { lowMs: 40, highMs: 210 };

describe('a sentence', () => {
  it('names the calls that are missing, a few of many', () => {
    const missing = (...calls: string[]) => sentence([{ kind: 'missing', calls }]);
    expect(missing('cart/GetCart', 'catalog/GetProduct')).toBe(
      'Missing: cart/GetCart, catalog/GetProduct.',
    );
    expect(missing('a/1', 'a/2', 'a/3', 'a/4')).toBe('Missing: a/1, a/2, a/3, a/4.');
    expect(missing('a/1', 'a/2', 'a/3', 'a/4', 'a/5')).toBe('Missing: a/1, a/2, a/3 and 2 more.');
  });

  it('says what a slow call took and what is usual', () => {
    expect(sentence([{ kind: 'slow', call: 'checkout/Charge', tookMs: 9100, usual }])).toBe(
      'Slow: checkout/Charge took 9.10 s, usually 40 to 210 ms.',
    );
  });

  it('says of a trace that is slow as a whole where most of it is, or how much is in the slowest', () => {
    const whole = {
      kind: 'slow-whole',
      tookMs: 42_700,
      usual: { lowMs: 200, highMs: 1100 },
    } as const;
    expect(sentence([{ ...whole, mostIn: ['currency/Convert'], share: 0.8 }])).toBe(
      'Slow as a whole: 42.7 s, usually 200 ms to 1.1 s; mostly in currency/Convert.',
    );
    expect(sentence([{ ...whole, mostIn: ['a/b', 'c/d', 'e/f'], share: 0.38 }])).toBe(
      'Slow as a whole: 42.7 s, usually 200 ms to 1.1 s; 38 % of it in a/b, c/d, e/f.',
    );
    expect(sentence([{ ...whole, mostIn: [], share: 0 }])).toBe(
      'Slow as a whole: 42.7 s, usually 200 ms to 1.1 s.',
    );
  });

  it('says whether an error was seen before', () => {
    const error = { kind: 'error', call: 'payment/charge', of: 2310 } as const;
    expect(sentence([{ ...error, seen: 0 }])).toBe('Error at payment/charge, never seen here.');
    expect(sentence([{ ...error, seen: 3 }])).toBe(
      'Error at payment/charge, seen here in 3 of 2,310 other traces.',
    );
  });

  it('names new calls, and calls that were never made together', () => {
    expect(sentence([{ kind: 'new', calls: ['a/b'] }])).toBe('New here: a/b.');
    expect(sentence([{ kind: 'combination' }])).toMatch(/combination of calls/);
  });

  it('tells the two most telling ways, or that there is none', () => {
    const [one, two, three] = [
      { kind: 'missing', calls: ['a/b'] },
      { kind: 'slow', call: 'c/d', tookMs: 900, usual },
      { kind: 'combination' },
    ] as const;
    expect(sentence([one, two, three])).toBe(
      'Missing: a/b. Slow: c/d took 900 ms, usually 40 to 210 ms.',
    );
    expect(sentence([])).toBe(NOTHING_ODD);
  });
});

describe('a standing', () => {
  it('counts what is below, and not what is equal', () => {
    expect(standingAmong(3, [1, 2, 3, 4])).toEqual({ above: 2, of: 4 });
  });

  it('is said in plain numbers', () => {
    expect(standingWords({ above: 349, of: 350 }, 'validation traces')).toBe(
      'higher than 349 of 350 validation traces',
    );
    expect(standingWords({ above: 2999, of: 2999 }, 'other traces')).toBe(
      'higher than all 2,999 other traces',
    );
    expect(standingWords({ above: 0, of: 0 }, 'other traces')).toBe('');
  });
});
