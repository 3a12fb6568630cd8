/** The cell: how the scores of normal and anomalous traces lie, under each variant. */

import { useMemo, useState } from 'react';
import { detectorLabel, scoreUnit } from '../../../detectors/catalog.ts';
import { decidesByItself } from '../../../run/chosen-scores.ts';
import { hasLabels } from '../../../stores/dataset/export-store.ts';
import { runWarnings } from '../../../stores/run/run-report.ts';
import {
  type GroupedHistogram,
  SCORE_LINEAR_BELOW,
  SHOWN_LABELS,
} from '../../../stores/scores/score-view.ts';
import { ruleWords } from '../../../stores/scores/threshold-view.ts';
import {
  useDataset,
  useExport,
  useModels,
  useRuns,
  useThreshold,
  useTraceList,
} from '../../app/notebook-context.ts';
import { Histogram } from '../../charts/Histogram.tsx';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  formatScore,
  formatWithUnit,
} from '../../widgets/format.ts';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { StatTable } from '../../widgets/StatTable.tsx';
import { useCellState } from '../page/cell-state.ts';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { KeptNote } from './KeptNote.tsx';
import { LABEL_WORDS } from './labels.tsx';
import { MetricsTable } from './MetricsTable.tsx';
import { ScoreChoices } from './ScoreChoices.tsx';
import { correctionsWords, NotScoredYet, type Scored, useScored } from './scored.tsx';
import {
  ContaminationNotice,
  ownDecision,
  thresholdWords,
  useShownThreshold,
} from './threshold.tsx';

export function ScoresCell() {
  const runs = useRuns((r) => r);
  const { scoring } = runs;
  const scored = useScored();
  const state = useCellState('scores');
  return (
    <NotebookCell
      id="scores"
      state={state}
      section="§5, §6.3"
      prose={
        <>
          TraceVAE’s score of a trace is its <G id="nll">negative log-likelihood</G>, a mean over L
          samples of (z, z₂). Small traces have less entropy than large ones, so a small odd trace
          can score below a large normal one: the <G id="inversion">inversion</G>. Three corrections
          narrow that gap, and none needs another training. Threshold and σ p99 come from validation
          traces alone; the labels of test traces only measure.
        </>
      }
      action={<ScoresActions scored={scored} />}
      foot={scored !== null && <ScoresFoot scored={scored} />}
    >
      {scoring.phase === 'failed' && <FailureNotice kind="error" failure={scoring.failure} />}
      {scoring.phase === 'running' && (
        <div className="data-cell__import">
          <ProgressBar
            label={`Scoring ${detectorLabel(scoring.detector)}`}
            share={
              scoring.progress === null ? null : scoring.progress.done / scoring.progress.total
            }
            text={
              scoring.progress === null
                ? 'Measuring the stds of the validation set'
                : `${formatCount(scoring.progress.done)} of ${formatCount(scoring.progress.total)} traces`
            }
          />
          <Button onClick={runs.cancelScoring}>Cancel scoring</Button>
        </div>
      )}
      {scored === null ? (
        scoring.phase !== 'running' && <NotScoredYet what="scores" />
      ) : (
        <>
          <KeptNote scored={scored} />
          <ScoresView scored={scored} />
        </>
      )}
    </NotebookCell>
  );
}

function ScoresActions({ scored }: { readonly scored: Scored | null }) {
  const runs = useRuns((r) => r);
  const exported = useExport((e) => e);
  const dataset = useDataset((d) => d.dataset);
  const isLabelled = useMemo(() => dataset !== null && hasLabels(dataset), [dataset]);
  const unscored = runs.training.phase === 'done' && runs.scoring.phase !== 'running';
  return (
    <>
      {unscored && scored === null && (
        <Button variant="primary" onClick={() => void runs.score()}>
          Score
        </Button>
      )}
      <Button
        size="small"
        icon="download"
        disabled={scored === null}
        onClick={() => downloadWritten(exported.scores())}
      >
        Export scores
      </Button>
      <Button
        size="small"
        icon="download"
        title="Scores, terms, latents and trees for NumPy"
        disabled={scored === null}
        onClick={() => void exported.arrays().then(downloadWritten)}
      >
        Export arrays
      </Button>
      {isLabelled && (
        <Button size="small" icon="download" onClick={() => downloadWritten(exported.labels())}>
          Export labels
        </Button>
      )}
      <Button
        size="small"
        icon="download"
        disabled={
          scored === null || runs.training.phase !== 'done' || runs.scoring.phase === 'running'
        }
        onClick={() => void exported.run().then(downloadWritten)}
      >
        Export run
      </Button>
      {scored !== null && scored.run.settings.kept === undefined && <KeepModel scored={scored} />}
    </>
  );
}

/** Keeps the run as a model; once it is, saves its file. */
function KeepModel({ scored: { run } }: { readonly scored: Scored }) {
  const { keepRun, file, keeping } = useModels((m) => m);
  const entry = useModels((m) => m.entries.find(({ runId }) => runId === run.id));
  const isReady = useRuns((r) => r.training.phase === 'done' && r.scoring.phase !== 'running');
  return entry === undefined ? (
    <Button
      size="small"
      disabled={!isReady || keeping !== null}
      title="To score other traces with it, here or elsewhere"
      onClick={() => void keepRun().then(downloadWritten)}
    >
      {keeping === run.id ? 'Keeping the model' : 'Keep model'}
    </Button>
  ) : (
    <Button
      size="small"
      icon="download"
      title={`Kept as ${entry.name}, listed in Data`}
      onClick={() => void file(entry.id).then(downloadWritten)}
    >
      Save model
    </Button>
  );
}

function ScoresFoot({ scored: { run, scores } }: { readonly scored: Scored }) {
  return (
    <>
      {scores.kind === 'terms' && <>L = {scores.test.samples} samples · </>}
      {formatCount(scores.val.trace.length)} validation and{' '}
      {formatCount(scores.test.trace.length, 'test trace')} in {formatDuration(scores.scoreSeconds)}
      , {formatRate(scores.scoreTracesPerSecond, 'traces')} · seed {run.settings.seed}
      {scores.kind === 'terms' && (
        <>
          {' '}
          · <G id="stdLimit">σ p99</G> {formatNumber(scores.test.stdLimits.global)} stds of latency
        </>
      )}
    </>
  );
}

/** Before the worker has counted: the place of the chart, empty. */
const UNCOUNTED: GroupedHistogram = {
  edges: Float64Array.of(0, 1),
  counts: SHOWN_LABELS.map(() => new Uint32Array(1)),
  below: new Uint32Array(SHOWN_LABELS.length),
  above: new Uint32Array(SHOWN_LABELS.length),
};

function ScoresView({ scored }: { readonly scored: Scored }) {
  const { trained, chosen } = scored;
  const histograms = useTraceList((l) => (l.list?.of.of === chosen.of ? l.list.histograms : null));
  const [logCounts, setLogCounts] = useState(true);
  const [logScores, setLogScores] = useState(true);
  const histogram = histograms === null ? UNCOUNTED : histograms[logScores ? 'log' : 'linear'];
  const { inversion, total } = chosen.report;
  const shown = useShownThreshold(scored);
  const { show, keep } = useThreshold((t) => t);
  const { detector } = trained;
  const labelled = total.anomalies > 0;
  const words = `${detectorLabel(trained.detector)}, ${correctionsWords(scored)}`;
  const { normalMedian, anomaliesBelowNormalMedian, area } = inversion;
  const low = histogram.edges[0]!;
  const unit = scoreUnit(trained.detector);
  const axis = [unit, logScores ? 'log' : ''].filter((word) => word !== '').join(', ');
  return (
    <>
      <ScoreChoices scored={scored} />
      <div className="table-controls">
        <p className="quiet">{words}</p>
        <div className="table-controls">
          <Checkbox label="Logarithmic scores" checked={logScores} onChange={setLogScores} />
          <Checkbox label="Logarithmic counts" checked={logCounts} onChange={setLogCounts} />
        </div>
      </div>
      <Histogram
        title="Scores of the test traces"
        label={`Test scores of ${words}`}
        edges={histogram.edges}
        xLabel={axis === '' ? 'score' : `score (${axis})`}
        xLinearBelow={logScores ? SCORE_LINEAR_BELOW : undefined}
        countScale={logCounts ? 'log' : 'linear'}
        height={280}
        empty="Counting scores"
        groups={SHOWN_LABELS.map((label, i) => ({
          id: label,
          label: labelled ? LABEL_WORDS[label] : 'test trace',
          tone: label,
          counts: histogram.counts[i]!,
          under: histogram.below[i]!,
          over: histogram.above[i]!,
        }))}
        threshold={
          histograms === null || shown.threshold === null
            ? null
            : {
                value: shown.threshold,
                label: `threshold ${formatWithUnit(shown.threshold, unit)}`,
                ...(decidesByItself(trained.detector)
                  ? {}
                  : {
                      moves: {
                        valueText: thresholdWords(scored, shown),
                        onMove: (value) => show(detector, { kind: 'value', value }),
                        onSettle: () => void keep(),
                      },
                    }),
              }
        }
        inverted={
          histograms !== null &&
          normalMedian !== null &&
          anomaliesBelowNormalMedian !== null &&
          anomaliesBelowNormalMedian > 0
            ? {
                range: [low, normalMedian],
                label: `inverted: ${formatPercent(anomaliesBelowNormalMedian)} of anomalies`,
              }
            : null
        }
      />
      <ContaminationNotice scored={scored} announced={false} />
      <StatTable
        label="Inversion and threshold"
        columns={2}
        stats={[
          {
            key: 'threshold',
            term: <G id="threshold">threshold</G>,
            value: formatWithUnit(shown.threshold, unit),
            note: decidesByItself(trained.detector)
              ? ownDecision(scored)
              : ruleWords(shown.rule, unit),
          },
          {
            key: 'flagged',
            term: 'flagged',
            value: `${formatCount(shown.flagged)} of ${formatCount(shown.traces)}`,
          },
          ...(labelled
            ? [
                {
                  key: 'below',
                  term: <G id="inversion">anomalies below the normal median</G>,
                  value: formatPercent(anomaliesBelowNormalMedian),
                },
                {
                  key: 'at',
                  term: 'precision, recall at the threshold',
                  value: `${formatScore(shown.precision)}, ${formatScore(shown.recall)}`,
                },
                {
                  key: 'overlap',
                  term: 'overlap of normal and anomalous scores',
                  value: formatPercent(area),
                },
              ]
            : []),
        ]}
      />
      {labelled ? (
        <MetricsTable scored={scored} />
      ) : (
        <p className="quiet">
          The test traces carry no labels, so there is nothing to measure against.
        </p>
      )}
      <Warnings scored={scored} />
    </>
  );
}

/** What a reader of the scores should know, folded so that the scores come first. */
function Warnings({ scored: { dataset, run } }: { readonly scored: Scored }) {
  const [open, setOpen] = useState(false);
  const warnings = useMemo(() => runWarnings(dataset, run), [dataset, run]);
  if (warnings.length === 0) return null;
  return (
    <Disclosure
      open={open}
      onToggle={setOpen}
      summary={`${formatCount(warnings.length, 'remark')} on this run`}
    >
      <ul className="remarks">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </Disclosure>
  );
}
