/** Which scores are shown: of which detector, under which corrections, on which test file. */
import { detectorLabel, SHOWN_FIRST } from '../../../detectors/catalog.ts';
import { namedScores } from '../../../run/chosen-scores.ts';
import type { RunRecord } from '../../../run/record.ts';
import {
  type ChoiceConstant,
  type Correction,
  choiceOf,
} from '../../../scoring/corrections/correction.ts';
import {
  CORRECTIONS,
  type CorrectionId,
  correctionsOf,
  sameCorrections,
  titleOf,
  withoutFormula,
} from '../../../scoring/corrections/list.ts';
import type { ScoreTerms } from '../../../scoring/score-terms.ts';
import { useInspect, useNamedScores } from '../../app/notebook-context.ts';
import { formatNumber } from '../../widgets/format.ts';
import { Checkbox } from '../../widgets/NumberField.tsx';
import { Select } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { FormulaScore } from './FormulaScore.tsx';
import { hasTerms, type Scored } from './scored.tsx';

const ALL_FILES = 'all';

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
          <>
            <NamedChoice scored={scored} />
            <CorrectionChoices run={run} terms={scores.test} />
            {hasTerms(scored) && <FormulaScore scored={scored} />}
          </>
        ) : (
          <p className="quiet">
            {trained.detector === SHOWN_FIRST
              ? 'History ranks traces by what is usual in the training traces. It is shown first because it needs no training and, on recorded faults, ranks slow requests better than TraceVAE’s likelihood. Switch the detector to see TraceVAE and its corrections.'
              : `${detectorLabel(trained.detector)} gives one score per trace; the corrections of section 5.3 act on the terms of TraceVAE’s.`}
          </p>
        )}
      </div>
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
    </>
  );
}

const OF_THE_PAPER = 'paper';
const OTHERS = 'others';

/** Constants that are kept with the run, by name; nothing where there are none. */
function NamedChoice({ scored: { run, trained, chosen } }: { readonly scored: Scored }) {
  const setCorrections = useInspect((i) => i.setCorrections);
  const show = useNamedScores((n) => n.show);
  const named = trained.named ?? [];
  if (named.length === 0) return null;
  const usual = correctionsOf('full', run.settings.scoring.stdLimit);
  const ofPaper = sameCorrections(usual, chosen.corrections);
  const kept = namedScores(trained, chosen.corrections)?.name;
  return (
    <Select
      label="Kept scores"
      value={kept === undefined ? (ofPaper ? OF_THE_PAPER : OTHERS) : `kept ${kept}`}
      options={[
        { value: OF_THE_PAPER, label: 'the paper’s' },
        ...named.map(({ name }) => ({ value: `kept ${name}`, label: name })),
        ...(kept === undefined && !ofPaper ? [{ value: OTHERS, label: 'others, not kept' }] : []),
      ]}
      onChange={(value) => {
        if (value === OF_THE_PAPER) void setCorrections(usual);
        else if (value !== OTHERS) void show(value.slice('kept '.length));
      }}
    />
  );
}

interface CorrectionChoicesProps {
  readonly run: RunRecord;
  readonly terms: ScoreTerms;
}

/** The corrections of section 5.3, each a switch, and what can be chosen of them. */
function CorrectionChoices({ run, terms }: CorrectionChoicesProps) {
  const { corrections, setCorrections } = useInspect((i) => i);
  const usual = correctionsOf('full', run.settings.scoring.stdLimit);
  return (
    <>
      <fieldset className="checkbox-group">
        <legend>Corrections</legend>
        {CORRECTIONS.map((correction) => (
          <Checkbox
            key={correction.id}
            label={titleOf(correction)}
            help={correction.words.sentence}
            checked={corrections[correction.id] !== undefined}
            onChange={(on) => {
              const { [correction.id]: _, ...others } = withoutFormula(corrections);
              const own = on ? { [correction.id]: usual[correction.id] } : {};
              void setCorrections({ ...others, ...own });
            }}
          />
        ))}
      </fieldset>
      {CORRECTIONS.flatMap(({ id, constants }: Correction<CorrectionId>) =>
        constants.map((constant) => {
          if (constant.kind === 'number') return null;
          const own = corrections[id];
          // what was measured is of the constants that the run was scored with
          const moved = constants.some(
            (one) => one.kind === 'number' && own?.[one.id] !== undefined,
          );
          const value = choiceOf(constant, own ?? {});
          return (
            <Select
              key={`${id} ${constant.id}`}
              label={constant.label}
              value={value}
              disabled={own === undefined}
              help={moved ? undefined : measuredWords(constant, terms, value)}
              options={constant.options}
              onChange={(chosen) =>
                void setCorrections({
                  ...withoutFormula(corrections),
                  [id]: { ...own, [constant.id]: chosen },
                })
              }
            />
          );
        }),
      )}
    </>
  );
}

/** What a choice comes to; without validation traces there is no limit. */
function measuredWords(
  { measured, unit = '' }: ChoiceConstant,
  terms: ScoreTerms,
  value: string,
): string | undefined {
  if (measured === undefined) return undefined;
  const [from, to] = measured(terms, value);
  if (!Number.isFinite(from)) return 'no validation trace, no limit';
  return from === to
    ? `${formatNumber(from)} ${unit}`
    : `${formatNumber(from)} to ${formatNumber(to)} ${unit}`;
}
