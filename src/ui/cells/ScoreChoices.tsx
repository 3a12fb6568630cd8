/** Which scores are shown: of which detector, under which corrections, on which test file. */
import { detectorLabel } from '../../detectors/catalog.ts';
import { useInspect } from '../app/notebook-context.ts';
import { Checkbox } from '../widgets/NumberField.tsx';
import { Select } from '../widgets/Select.tsx';
import { FailureNotice } from './FailureNotice.tsx';
import type { Scored } from './scored.tsx';

const ALL_FILES = 'all';

export function ScoreChoices({ scored }: { readonly scored: Scored }) {
  const { corrections, failure, setCorrections, setDetector, setFile } = useInspect((i) => i);
  const { run, scores, chosen, trained, dataset } = scored;
  const { global, byOperation } = scores.test.stdLimits;
  const limits = Array.from(byOperation).filter((limit) => Number.isFinite(limit));
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
        <fieldset className="score-choices__corrections">
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
              void setCorrections({ stdLimit: on ? run.settings.config.stdLimit : 'off' })
            }
          />
        </fieldset>
        <Select
          label="σ p99 of"
          value={corrections.stdLimit === 'operation' ? 'operation' : 'global'}
          disabled={corrections.stdLimit === 'off'}
          help={
            corrections.stdLimit === 'operation'
              ? `${Math.min(...limits).toPrecision(3)} to ${Math.max(...limits).toPrecision(3)}`
              : global.toPrecision(3)
          }
          options={[
            { value: 'global', label: 'all validation nodes' },
            { value: 'operation', label: 'each operation’s nodes' },
          ]}
          onChange={(stdLimit) => void setCorrections({ stdLimit })}
        />
      </div>
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
    </>
  );
}
