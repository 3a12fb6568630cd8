import { expect, test } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { rootCauseOf } from '../trace/root-causes.ts';
import { labelTraces } from './import-files.ts';
import { MOST_CAUSES, RootCauseColumn } from './root-causes.ts';

const IDS = ['t0', 't1', 't2', 't3'];
const SPANS = sourceFile(
  'traces.csv',
  `traceIdHigh,traceIdLow,parentSpanId,spanId,duration,operationName,serviceName
${IDS.flatMap((id) => [`${id},0,0,1,5,a,s`, `${id},0,1,2,4,b,s`]).join('\n')}
`,
);
const causes = async (labels: string) => {
  const { traces, ledger } = await importedFrom(SPANS, sourceFile('labels.csv', labels));
  return { named: IDS.map((_, t) => rootCauseOf(traces, t)), ledger };
};

test('any labels file may name root causes; words for nothing name none', async () => {
  const { named, ledger } = await causes(
    'trace_id,label,rootCause\nt0:0,normal,NaN\nt1:0,time, web \nt2:0,normal,None\nt3:0,time,null-service\n',
  );
  expect(named).toEqual(['', 'web', '', 'null-service']);
  expect(ledger).toEqual([]);
});

test('a root cause that is too long is left out and counted; its label stays', async () => {
  const longest = 'é'.repeat(300);
  const text = `trace_id,anomaly_type,root_cause\nt0:0,1,${longest}\nt1:0,1,${longest}e\n`;
  const { named, ledger } = await causes(text);
  expect(named).toEqual([longest, '', '', '']);
  const example = { file: 'labels.csv', line: 3, traceId: 't1:0' };
  expect(ledger).toEqual([{ reason: 'unknown-label', count: 1, examples: [example] }]);
});

test('different root causes are kept up to a bound', () => {
  const column = new RootCauseColumn(toyTraces(MOST_CAUSES + 3));
  const set = (trace: number, name: string): boolean => {
    const bytes = encodeUtf8(name);
    return column.set(trace, bytes, 0, bytes.length);
  };
  for (let trace = 0; trace < MOST_CAUSES; trace++) set(trace, `s${trace}`);
  expect(set(MOST_CAUSES, 'one more')).toBe(false);
  expect(set(MOST_CAUSES + 1, 's7')).toBe(true);
  const { of } = column.finish()!;
  expect(of[MOST_CAUSES - 1]).toBe(MOST_CAUSES);
  expect([...of.subarray(MOST_CAUSES)]).toEqual([0, 8, 0]);
});

test('labels that come later change the root causes that they speak of', async () => {
  const first = 'trace_id,anomaly_type,root_cause\nt0:0,1,a\nt1:0,1,b\nt2:0,1,b\n';
  const { traces } = await importedFrom(SPANS, sourceFile('labels.csv', first));
  const later = async (text: string) => {
    const { signal } = new AbortController();
    const labelled = await labelTraces([sourceFile('later.csv', text)], traces, signal);
    if (!labelled.ok) throw new Error(labelled.error.what);
    return IDS.map((_, t) => rootCauseOf({ ...traces, ...labelled.value }, t));
  };
  const second = 'trace_id,anomaly_type,root_cause\nt1:0,1,c\nt2:0,1,\nt3:0,1,a\n';
  expect(await later(second)).toEqual(['a', 'c', '', 'a']);
  expect(await later('trace_id,label\nt1:0,time\n')).toEqual(['a', 'b', 'b', '']);
});
