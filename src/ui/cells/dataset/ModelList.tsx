/** The kept models of this browser, whatever dataset each was trained on. */
import { useState } from 'react';
import { detectorLabel } from '../../../detectors/catalog.ts';
import type { ModelEntry } from '../../../stores/run/kept-models-store.ts';
import { useModel, useModels } from '../../app/notebook-context.ts';
import { IconButton } from '../../widgets/Button.tsx';
import { downloadWritten } from '../../widgets/download.ts';
import { formatBytes, formatCount, formatDate } from '../../widgets/format.ts';
import { KeptActions, KeptName } from '../../widgets/KeptRow.tsx';
import { ListHead } from './ListHead.tsx';
import './dataset-list.css';

export function ModelList() {
  const entries = useModels((m) => m.entries);
  const atHand = useModel((m) => m.id);
  if (entries.length === 0) return null;
  return (
    // Other models are no part of a report on one run.
    <div className="dataset-list" data-report="none">
      <div className="dataset-list__rows">
        <table className="plain-table" aria-label="Models">
          <ListHead of="Model" since="Kept" />
          <tbody>
            {entries.map((entry) => (
              <ModelRow key={entry.id} entry={entry} atHand={entry.id === atHand} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface ModelRowProps {
  readonly entry: ModelEntry;
  readonly atHand: boolean;
}

function ModelRow({ entry, atHand }: ModelRowProps) {
  const [renaming, setRenaming] = useState(false);
  const take = useModel((m) => m.take);
  const { rename, remove, file } = useModels((m) => m);
  const { id, name, bytes, keptAt, trainTraces } = entry;
  return (
    <tr className={atHand ? 'kept-row--at-hand' : undefined} aria-current={atHand || undefined}>
      <th scope="row">
        <KeptName
          name={name}
          renaming={renaming}
          atHand={atHand ? name : null}
          hint="Take this model, to score traces with it or to go on training"
          onOpen={() => void take(id)}
          onName={(next) => void rename(id, next)}
          onDone={() => setRenaming(false)}
        />
        <span className="dataset-list__made">{madeOf(entry)}</span>
      </th>
      <td className="plain-table__number">{formatCount(trainTraces)}</td>
      <td className="plain-table__number">{formatBytes(bytes)}</td>
      <td className="dataset-list__since">
        <time dateTime={new Date(keptAt).toISOString()}>{formatDate(keptAt)}</time>
      </td>
      <KeptActions
        name={name}
        renaming={renaming}
        onRename={() => setRenaming(true)}
        onDelete={() => void remove(id)}
      >
        <IconButton
          icon="download"
          label={`Save ${name} as a file`}
          onClick={() => void file(id).then(downloadWritten)}
        />
      </KeptActions>
    </tr>
  );
}

/** What it was trained on, and how, in a line. */
function madeOf({ files, detectors, units, epochs, seed }: ModelEntry): string {
  const [first, ...more] = files;
  const from =
    first === undefined
      ? ''
      : `of ${first}${more.length === 0 ? '' : ` and ${more.length} more`} · `;
  return `${from}${detectors.map(detectorLabel).join(', ')} · ${formatCount(units)} units, ${formatCount(epochs, 'epoch')}, seed ${seed}`;
}
