import { expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { countByFile } from './file-counts.ts';

it('counts the traces and spans of each file', async () => {
  const header = 'traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName';
  const rows = (trace: number) => [
    `${trace},0,0,1,9,a,s`,
    `${trace},0,1,2,5,b,s`,
    `${trace},0,1,3,4,b,s`,
  ];
  const csv = (...traces: number[]) => [header, ...traces.flatMap(rows), ''].join('\n');
  const { traces } = await importedFrom(sourceFile('a', csv(1)), sourceFile('b', csv(1, 2)));
  expect(countByFile(traces)).toEqual({
    traces: Uint32Array.of(1, 2),
    spans: Uint32Array.of(3, 6),
  });
});
