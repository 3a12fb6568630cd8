/** The cell: all detectors beside each other, and what the paper published. */
import { useMemo, useState } from 'react';
import { type DetectorId, detectorLabel } from '../../../detectors/catalog.ts';
import type { DetectorFailure } from '../../../run/record.ts';
import { matrixCsv, matrixLatex, matrixMarkdown } from '../../../stores/baselines/matrix-export.ts';
import type { RepeatPhase } from '../../../stores/baselines/matrix-store.ts';
import { type MatrixRow, matrixRows } from '../../../stores/baselines/matrix-view.ts';
import {
  PAPER_DATASETS,
  type PaperDataset,
  publishedRows,
} from '../../../stores/baselines/published-tables.ts';
import { baselinesCellState } from '../../../stores/page/cell-states.ts';
import { isRunning } from '../../../stores/run/training-phase.ts';
import { useMatrix, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { downloadText } from '../../widgets/download.ts';
import { formatCount } from '../../widgets/format.ts';
import { Notice } from '../../widgets/Notice.tsx';
import { NumberField } from '../../widgets/NumberField.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { SegmentedControl } from '../../widgets/Select.tsx';
import { useCellState } from '../page/cell-state.ts';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { G } from '../page/glossary.tsx';
import { NotebookCell } from '../page/NotebookCell.tsx';
import { Intervals } from './Intervals.tsx';
import { PublishedTable, ResultsMatrix } from './ResultsMatrix.tsx';
import './baselines.css';

const MAX_SEEDS = 20;

export function BaselinesCell() {
  const runs = useRuns((r) => r);
  const matrix = useMatrix((m) => m);
  const state = baselinesCellState(useCellState('baselines'), matrix);
  const { training } = runs;
  const rows = useMemo(() => matrixRows(training), [training]);
  // an interrupted training is to be resumed or discarded first, in its own cell
  const busy =
    isRunning(training) || training.phase === 'interrupted' || runs.scoring.phase === 'running';
  const ready = !busy && matrix.repeats.phase !== 'running';
  const measured = rows.some(({ seeds }) => seeds > 0);
  return (
    <NotebookCell
      id="baselines"
      state={state}
      section="§6.4, §6.5"
      prose={
        <>
          Six other methods, trained and scored on the same traces as TraceVAE: an{' '}
          <G id="fsa">automaton</G>, an LSTM VAE, VAEs over{' '}
          <G id="pathVector">vectors of call paths</G>, all of them or those of the{' '}
          <G id="criticalPath">critical path</G>, a graph VAE with a latent variable per node, and
          GTrace, which expects a latency from the calls below. Below them statistics that need no
          training, such as the duration of a trace: what any model has to be ahead of. Numbers are
          of test traces; TraceVAE’s with all corrections.
        </>
      }
      action={
        <>
          <NumberField
            inline
            label="Seeds"
            value={matrix.seeds}
            min={1}
            max={MAX_SEEDS}
            step={1}
            disabled={!ready}
            onChange={(seeds) => matrix.setSeeds(Math.round(seeds))}
          />
          <Button
            icon="play"
            variant="primary"
            disabled={!ready}
            title="Fits the statistics, trains and scores TraceVAE, the five baselines and what cell 4 has chosen; what is done already is kept"
            onClick={() => void matrix.runAll()}
          >
            Run all detectors
          </Button>
        </>
      }
      foot={measured && <ExportButtons rows={rows} />}
    >
      <RepeatProgress repeats={matrix.repeats} onCancel={matrix.cancel} />
      <Failures rows={rows} />
      <ResultsMatrix rows={rows} />
      <Intervals />
      <Published detectors={rows.map(({ detector }) => detector)} />
    </NotebookCell>
  );
}

function ExportButtons({ rows }: { readonly rows: readonly MatrixRow[] }) {
  return (
    <div className="results-exports">
      {(
        [
          ['CSV', 'results.csv', 'text/csv', matrixCsv],
          ['Markdown', 'results.md', 'text/markdown', matrixMarkdown],
          ['LaTeX', 'results.tex', 'application/x-tex', matrixLatex],
        ] as const
      ).map(([label, name, type, write]) => (
        <Button
          key={label}
          size="small"
          icon="download"
          onClick={() => downloadText(name, write(rows), type)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

interface RepeatProgressProps {
  readonly repeats: RepeatPhase;
  readonly onCancel: () => void;
}

function RepeatProgress({ repeats, onCancel }: RepeatProgressProps) {
  if (repeats.phase === 'failed') return <FailureNotice kind="error" failure={repeats.failure} />;
  if (repeats.phase === 'idle') return null;
  const { detector, seed, share, left } = repeats;
  return (
    <div className="data-cell__import">
      <ProgressBar
        label="Further seeds"
        share={share}
        text={`${detectorLabel(detector)}, seed ${seed}${share === 1 ? ', scoring' : ''}`}
        detail={left > 0 && `${formatCount(left, 'training')} after it`}
      />
      <Button onClick={onCancel}>Cancel further seeds</Button>
    </div>
  );
}

const stageWords = ({ stage, seed }: DetectorFailure): string =>
  `was not ${stage === 'training' ? 'trained' : 'scored'} with seed ${seed}`;

/** Why rows are empty; the others stand as they are. */
function Failures({ rows }: { readonly rows: readonly MatrixRow[] }) {
  return rows.flatMap(({ detector, failures }) =>
    failures.map((failure) => (
      <Notice
        key={`${detector} ${failure.seed}`}
        kind="warn"
        what={`${detectorLabel(detector)} ${stageWords(failure)}: ${failure.what}`}
        where={failure.where}
        advice={failure.advice}
      />
    )),
  );
}

function Published({ detectors }: { readonly detectors: readonly DetectorId[] }) {
  const [dataset, setDataset] = useState<PaperDataset>('A');
  return (
    <section className="published" aria-label="Published results">
      <div className="table-controls">
        <h3>Published results (on private data, for reference)</h3>
        <SegmentedControl
          label="Dataset of the paper"
          value={dataset}
          options={PAPER_DATASETS.map((value) => ({ value, label: value }))}
          onChange={setDataset}
        />
      </div>
      <PublishedTable rows={publishedRows(dataset, detectors)} />
      <p className="quiet">
        Tables 1 to 3 of Xie et al., WWW ’23: other traces, other systems, other anomalies. The
        order of the methods is what can be compared, not the numbers.
      </p>
    </section>
  );
}
