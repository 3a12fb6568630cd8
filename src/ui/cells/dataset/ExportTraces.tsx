/** The dataset at hand as a file of another format. */
import { useState } from 'react';
import type { Dataset } from '../../../stores/dataset/dataset-store.ts';
import { EXPORT_CHOICES } from '../../../stores/dataset/export-store.ts';
import { syntheticCount } from '../../../stores/prepare/synthetic.ts';
import { useExport } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import { formatCount } from '../../widgets/format.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { Select } from '../../widgets/Select.tsx';
import { FailureNotice } from '../page/FailureNotice.tsx';

const REPORT = 'import-report';
type Format = keyof typeof EXPORT_CHOICES | typeof REPORT;

const REPORT_LABEL = 'Import report with merged trees';
const labelOf = (format: Format): string =>
  format === REPORT ? REPORT_LABEL : EXPORT_CHOICES[format].label;

export function ExportTraces({ dataset }: { readonly dataset: Dataset }) {
  const exported = useExport((e) => e);
  const { share, failure, cancel, dismissFailure } = exported;
  const synthetic = syntheticCount(dataset);
  const [format, setFormat] = useState<Format>('otlp-json');
  // a report tells what became of files, and parts that were prepared come from none
  const formats: Format[] = [
    ...(Object.keys(EXPORT_CHOICES) as (keyof typeof EXPORT_CHOICES)[]),
    ...(dataset.preparation === undefined ? [REPORT as Format] : []),
  ];
  const save = async (): Promise<void> => {
    downloadWritten(
      await (format === REPORT ? exported.importReportWithTrees() : exported.write(format)),
    );
  };
  return (
    <div className="data-cell__export">
      {failure !== null && (
        <FailureNotice kind="error" failure={failure} onDismiss={dismissFailure} />
      )}
      {share === null ? (
        <>
          <Select
            inline
            label="Traces as"
            value={format}
            options={formats.map((value) => ({ value, label: labelOf(value) }))}
            onChange={setFormat}
          />
          <Button size="small" icon="download" onClick={() => void save()}>
            Export traces
          </Button>
          {synthetic > 0 && (
            <span className="quiet">
              {formatCount(synthetic)} of them synthetic: anomalies that Prepare injected, whose ids
              have a “~”
            </span>
          )}
        </>
      ) : (
        <>
          <ProgressBar label="Export" share={share} text={`Writing ${labelOf(format)}`} />
          <Button size="small" onClick={cancel}>
            Cancel export
          </Button>
        </>
      )}
    </div>
  );
}
