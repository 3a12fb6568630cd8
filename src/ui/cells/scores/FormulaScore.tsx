/**
 * A score of one's own: a formula over the terms that the run keeps. What can be read is shown at
 * once in the histogram, the metrics and the list, and can be kept with the run under a name.
 */
import { useEffect, useMemo, useState } from 'react';
import { keptBy, refusedFormula } from '../../../run/named-formulas.ts';
import {
  correctionsOf,
  formulaText,
  VARIANTS,
  variantWords,
  withFormula,
} from '../../../scoring/corrections/list.ts';
import { PAPER_FORMULAS } from '../../../scoring/formula/paper.ts';
import { useInspect, useNamedScores } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { Disclosure } from '../../widgets/Disclosure.tsx';
import { NameForm } from '../../widgets/NameForm.tsx';
import { Select } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';
import { FormulaField } from './FormulaField.tsx';
import type { ScoredTerms } from './scored.tsx';
import './formula-field.css';

/** Between the last key and the scores: shorter than a pause, longer than a word. */
const PAUSE_MS = 120;

export function FormulaScore({ scored }: { readonly scored: ScoredTerms }) {
  const shown = formulaText(useInspect((i) => i.corrections));
  const [isOpen, setIsOpen] = useState(shown !== null);
  return (
    <Disclosure
      open={isOpen || shown !== null}
      onToggle={setIsOpen}
      summary={shown === null ? 'Score by a formula' : `Score by the formula ${shown}`}
    >
      <FormulaEditor scored={scored} shown={shown} />
    </Disclosure>
  );
}

interface FormulaEditorProps {
  readonly scored: ScoredTerms;
  /** The formula of the scores on show, null where they are of the corrections. */
  readonly shown: string | null;
}

function FormulaEditor({ scored, shown }: FormulaEditorProps) {
  const { run, trained, scores, dataset } = scored;
  const setCorrections = useInspect((i) => i.setCorrections);
  const { failure, keepFormula } = useNamedScores((n) => n);
  /** What is being typed, while it is not (yet) what is shown. */
  const [draft, setDraft] = useState<string | null>(null);
  const [isNaming, setIsNaming] = useState(false);
  const { traces } = dataset.imported;
  const kept = useMemo(() => keptBy(scores.test, traces), [scores, traces]);
  const text = draft ?? shown ?? '';
  const isEmpty = text.trim() === '';
  const refused = isEmpty ? null : refusedFormula(text, kept);
  const usual = correctionsOf('full', run.settings.scoring.stdLimit);

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows what is typed alone
  useEffect(() => {
    if (draft === null || draft === shown) return;
    const timer = setTimeout(() => {
      if (isEmpty && shown !== null) void setCorrections(usual);
      else if (!isEmpty && refused === null) void setCorrections(withFormula(usual, draft));
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft]);

  return (
    <div className="formula-score">
      <FormulaField text={text} onText={setDraft} refused={refused} />
      <div className="table-controls">
        <Select
          label="Begin with"
          inline
          value=""
          options={[
            { value: '', label: 'a score of the paper' },
            ...VARIANTS.map((variant) => ({ value: variant, label: variantWords(variant) })),
          ]}
          onChange={(variant) => {
            const chosen = VARIANTS.find((one) => one === variant);
            if (chosen !== undefined) setDraft(PAPER_FORMULAS[chosen]);
          }}
        />
        {shown !== null &&
          (isNaming ? (
            <NameForm
              name=""
              onName={(name) => void keepFormula(trained.detector, { name, text: shown })}
              onDone={() => setIsNaming(false)}
            />
          ) : (
            <>
              <Button size="small" onClick={() => setIsNaming(true)}>
                Keep with the run
              </Button>
              <Button
                size="small"
                onClick={() => {
                  setDraft(null);
                  void setCorrections(usual);
                }}
              >
                Back to the corrections
              </Button>
            </>
          ))}
      </div>
      {failure !== null && <FailureNotice kind="error" failure={failure} />}
    </div>
  );
}
