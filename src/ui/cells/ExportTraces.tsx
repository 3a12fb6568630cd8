/** The dataset at hand as a file of another format. */
import { useState } from 'react';
import { EXPORT_CHOICES } from '../../stores/export-store.ts';
import { useExport } from '../app/notebook-context.ts';
import { Button } from '../widgets/Button.tsx';
import { downloadBlob } from '../widgets/download.ts';
import { ProgressBar } from '../widgets/ProgressBar.tsx';
import { Select } from '../widgets/Select.tsx';
import { FailureNotice } from './FailureNotice.tsx';

type Format = keyof typeof EXPORT_CHOICES;

const OPTIONS = Object.entries(EXPORT_CHOICES).map(([value, { label }]) => ({
  value: value as Format,
  label,
}));

export function ExportTraces() {
  const { share, failure, write, cancel, dismissFailure } = useExport((e) => e);
  const [format, setFormat] = useState<Format>('otlp-json');
  const save = async (): Promise<void> => {
    const file = await write(format);
    if (file !== null) downloadBlob(file.name, file.bytes);
  };
  return (
    <div className="data-cell__export">
      {failure !== null && (
        <FailureNotice kind="error" failure={failure} onDismiss={dismissFailure} />
      )}
      {share === null ? (
        <>
          <Select inline label="Traces as" value={format} options={OPTIONS} onChange={setFormat} />
          <Button size="small" icon="download" onClick={() => void save()}>
            Export traces
          </Button>
        </>
      ) : (
        <>
          <ProgressBar
            label="Export"
            share={share}
            text={`Writing ${EXPORT_CHOICES[format].label}`}
          />
          <Button size="small" onClick={cancel}>
            Cancel export
          </Button>
        </>
      )}
    </div>
  );
}
