import { expect, test } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { labelCode } from '../trace/trace-set.ts';
import { writeTadBenchLabels } from './labels-csv.ts';

const IDS = ['t0', 't1', 't2', 't3'];
const spans = sourceFile(
  'traces.csv',
  `traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName
${IDS.flatMap((id) => [`"${id},x",0,0,1,5,a,s`, `"${id},x",0,1,2,4,b,s`]).join('\n')}
`,
);
const LABELLED = Uint8Array.from(['normal', 'time', 'structure', 'unlabelled'] as const, labelCode);

test("labels are written in TADBench's columns, and read back as they were", async () => {
  const { traces } = await importedFrom(spans);
  const text = writeTadBenchLabels({ ...traces, label: LABELLED });
  expect(text.split('\n')).toEqual([
    'trace_id,anomaly,latency,structure,root_cause,anomaly_type',
    '"t0,x:0",0,0,0,,0',
    '"t1,x:0",1,1,0,,1',
    '"t2,x:0",1,0,1,,2',
    '"t3,x:0",,,,,',
    '',
  ]);
  const again = await importedFrom(spans, sourceFile('labels.csv', text));
  expect([...again.traces.label]).toEqual([...LABELLED]);
  expect(again.ledger.filter(({ reason }) => reason === 'unknown-label')).toEqual([]);
});
