import { expect, test } from 'vitest';
import { TRACEVAE_PRESETS, type TraceVaeSettings } from '../detectors/tracevae/meta.ts';
import { paperSentence } from './paper-differences.ts';

const { notebook, tiny, paper } = TRACEVAE_PRESETS;
const withModel = (of: TraceVaeSettings, changes: Partial<TraceVaeSettings['model']>) => ({
  ...of,
  model: { ...of.model, ...changes },
});

test('the default says what it differs in from the paper, each with its reason', () => {
  const sentence = paperSentence(notebook);
  expect(sentence).toMatch(/^Unlike in the paper: [^.]*\.$/);
  const parts = sentence.slice('Unlike in the paper: '.length).split('; ');
  expect(parts.map((part) => part.split(',')[0])).toEqual([
    '16 units per head in the place of 500',
    'a floor under each operation’s latency scale',
    'latencies far out fall as a power',
    'calls that fail count',
    'σ p99 is each operation’s own',
    'a validation after every epoch',
  ]);
  for (const part of parts) expect(part).toMatch(/, (so that|since|where|to) /);
});

test('it is made of the settings, so it follows each of them', () => {
  expect(paperSentence(withModel(notebook, { units: 500 }))).not.toMatch(/units/);
  expect(paperSentence(withModel(notebook, { latencyTails: 'gaussian' }))).not.toMatch(/power/);
  expect(paperSentence(tiny)).not.toMatch(/fail/);
  const batch = { ...notebook, schedule: { ...notebook.schedule, batchSize: 32, epochs: 9 } };
  expect(paperSentence(batch)).toMatch(
    /; batch size 32 in the place of 64; .*9 epochs in the place/,
  );
  // the size of node embeddings follows N_max, and so does the decoder where it is `auto`
  const large = paperSentence(withModel(notebook, { maxNodes: 96 }));
  expect(large).toMatch(/up to 96 nodes in the place of 32/);
  expect(large).toMatch(/by call paths/);
  expect(large).not.toMatch(/nodeEmbedding/);
});

test('the preset of the paper differs in what is said of it, and in nothing else', () => {
  expect(paperSentence(paper).split('; ')).toHaveLength(2);
  const own = withModel(paper, { latencyScale: 'authors' });
  expect(paperSentence({ ...own, scoring: { ...own.scoring, stdLimit: 'global' } })).toBe(
    'As in the paper.',
  );
});

test('the notebook’s preset is the tiny one, and counts which calls fail', () => {
  const { statusTerm, ...rest } = notebook.model;
  expect(statusTerm).toBe('errors');
  expect({ ...notebook, model: { ...rest, statusTerm: 'none' } }).toEqual(tiny);
  expect(paper.model.statusTerm).toBe('none');
});
