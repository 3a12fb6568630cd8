import { describe, expect, it } from 'vitest';
import { labelCode, setCode } from '../trace/trace-set.ts';
import { formatScoresCsv } from './scores-csv.ts';

const COLUMNS = {
  traceId: ['a,"b"', 'c'],
  set: [setCode('test'), setCode('val')],
  label: [labelCode('time'), labelCode('unlabelled')],
  scores: {
    full: [5.5, 1],
    nll: [1.25, 2],
    bcscale: [2, 3],
    ncnorm: [3, 4],
    stdlimit: [4, 5],
  },
  nodes: [7, 2],
  mismatch: [1, 0],
};

describe('formatScoresCsv', () => {
  it('writes the columns in the order of the contract and quotes what needs it', () => {
    expect(formatScoresCsv(COLUMNS)).toBe(
      'traceId,set,label,nll,bcscale,ncnorm,stdlimit,full,nodes,mismatch\n' +
        '"a,""b""",test,time,1.25,2,3,4,5.5,7,1\n' +
        'c,val,unlabelled,2,3,4,5,1,2,0\n',
    );
  });

  it('says what is flagged after them, where a person chose a threshold', () => {
    expect(formatScoresCsv({ ...COLUMNS, flagged: [1, null] })).toBe(
      'traceId,set,label,nll,bcscale,ncnorm,stdlimit,full,nodes,mismatch,flagged\n' +
        '"a,""b""",test,time,1.25,2,3,4,5.5,7,1,1\n' +
        'c,val,unlabelled,2,3,4,5,1,2,0,\n',
    );
  });
});
