import { expect, test } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { LABELS } from '../trace/trace-set.ts';

const IDS = ['t0', 't1', 't2', 't3'];
const TRACES = `traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName
${IDS.flatMap((id) => [`${id},0,0,1,5,a,s`, `${id},0,1,2,4,b,s`]).join('\n')}
`;

async function labelsFrom(labels: string): Promise<Record<string, string>> {
  const files = [sourceFile('traces.csv', TRACES), sourceFile('labels.csv', labels)];
  const { traces } = await importedFrom(...files);
  return Object.fromEntries(IDS.map((id, i) => [id, LABELS[traces.label[i]!]!]));
}

test.each([
  [
    'a type',
    'trace_id,anomaly,latency,structure,root_cause,anomaly_type\nt0:0,0,0,0,,0\nt1:0,1,1,0,web,1\nt2:0,1,0,1,web,2\nt3:0,1,1,1,web,3\n',
  ],
  [
    'a type in words',
    'trace_id,anomaly_type\nt0:0,normal\nt1:0,latency\nt2:0,Structure\nt3:0,both\n',
  ],
  ['a type as pandas has it', 'trace_id,anomaly_type\nt0:0,0.0\nt1:0,1.0\nt2:0,2.0\nt3:0,3.0\n'],
  ['flags', 'trace_id,latency,structure\nt0:0,0,0\nt1:0,1,0\nt2:0,0,1\nt3:0,1,1\n'],
  [
    'flags of which one is empty',
    'trace_id,anomaly,latency,structure\nt0:0,0,,\nt1:0,1,True,False\nt2:0,1,,\nt3:0,1,1,1\n',
  ],
])('labels of TADBench with %s', async (_, labels) => {
  expect(await labelsFrom(labels)).toEqual({
    t0: 'normal',
    t1: 'time',
    t2: 'structure',
    t3: 'structure',
  });
});
