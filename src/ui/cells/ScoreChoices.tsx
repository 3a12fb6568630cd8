/** Which scores are shown: of which detector, under which corrections, on which test file. */
import { detectorLabel } from '../../detectors/catalog.ts';
import type { RunRecord } from '../../run/record.ts';
import type { StdLimits } from '../../scoring/score-terms.ts';
import { useInspect } from '../app/notebook-context.ts';
import { formatNumber } from '../widgets/format.ts';
import { Checkbox } from '../widgets/NumberField.tsx';
import { Select } from '../widgets/Select.tsx';
import { FailureNotice } from './FailureNotice.tsx';
import type { Scored } from './scored.tsx';

const ALL_FILES = 'all';

/** Without validation traces there is no limit. */
const limitWords = (limit: number): string =>
  Number.isFinite(limit)
    ? `${formatNumber(limit)} stds of latency`
    : 'no validation trace, no limit';

export function ScoreChoices({ scored }: { readonly scored: Scored }) {
  const { failure, setDetector, setFile } = useInspect((i) => i);
  const { run, scores, chosen, trained, dataset } = scored;
  return (
    <>
      <div className="score-choices">
        {run.detectors.length > 1 && (
          <Select
            label="Detector"
            value={trained.detector}
            options={run.detectors.map(({ detector }) => ({
              value: detector,
              label: detectorLabel(detector),
            }))}
            onChange={(detector) => void setDetector(detector)}
          />
        )}
        {scores.byFile.length > 0 && (
          <Select
            label="Test file"
            value={chosen.file === null ? ALL_FILES : String(chosen.file)}
            options={[
              { value: ALL_FILES, label: 'all of them' },
              ...scores.byFile.map(({ file }) => ({
                value: String(file),
                label: dataset.imported.files[file]!.name,
              })),
            ]}
            onChange={(file) => void setFile(file === ALL_FILES ? null : Number(file))}
          />
        )}
        {scores.kind === 'terms' ? (
          <CorrectionChoices run={run} stdLimits={scores.test.stdLimits} />
        ) : (
          <p className="quiet">
            {detectorLabel(trained.detector)} gives one score a trace; the corrections of section
            5.3 act on the terms of TraceVAE’s.
          </p>
        )}
      </div>
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
    </>
  );
}

interface CorrectionChoicesProps {
  readonly run: RunRecord;
  readonly stdLimits: StdLimits;
}

/** The corrections of section 5.3, each a switch. */
function CorrectionChoices({ run, stdLimits }: CorrectionChoicesProps) {
  const { corrections, setCorrections } = useInspect((i) => i);
  const { global, byOperation } = stdLimits;
  return (
    <>
      <fieldset className="checkbox-group">
        <legend>Corrections</legend>
        <Checkbox
          label="Bernoulli & categorical scaling"
          help="equation (6): an improbable node count or edge weighs more"
          checked={corrections.bernoulliScaling}
          onChange={(bernoulliScaling) => void setCorrections({ bernoulliScaling })}
        />
        <Checkbox
          label="Node count normalization"
          help="equation (7): latency terms times N_max / N"
          checked={corrections.nodeCountNormalization}
          onChange={(nodeCountNormalization) => void setCorrections({ nodeCountNormalization })}
        />
        <Checkbox
          label="Gaussian std-limit"
          help="section 5.3: predicted stds are at most σ p99"
          checked={corrections.stdLimit !== 'off'}
          onChange={(on) =>
            void setCorrections({ stdLimit: on ? run.settings.scoring.stdLimit : 'off' })
          }
        />
      </fieldset>
      <Select
        label="σ p99 of"
        value={corrections.stdLimit === 'operation' ? 'operation' : 'global'}
        disabled={corrections.stdLimit === 'off'}
        help={
          corrections.stdLimit === 'operation' && Number.isFinite(global)
            ? `${formatNumber(Math.min(...byOperation))} to ${formatNumber(Math.max(...byOperation))} stds of latency`
            : limitWords(global)
        }
        options={[
          { value: 'global', label: 'all validation nodes' },
          { value: 'operation', label: 'each operation’s nodes' },
        ]}
        onChange={(stdLimit) => void setCorrections({ stdLimit })}
      />
    </>
  );
}
