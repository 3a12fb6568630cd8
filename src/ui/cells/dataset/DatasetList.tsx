/** The stored datasets: which is open, how large each is, and what the browser has room for. */
import { useState } from 'react';
import type { DatasetEntry } from '../../../stores/dataset/dataset-store.ts';
import { deleteDataset } from '../../../stores/dataset/delete-dataset.ts';
import { isNoRoom } from '../../../stores/shared/room-making-storage.ts';
import { useDataset, useEnvironment, useNotebook, useRuns } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';
import { formatBytes, formatCount, formatDate, formatPercent } from '../../widgets/format.ts';
import { KeptActions, KeptName } from '../../widgets/KeptRow.tsx';
import { Notice } from '../../widgets/Notice.tsx';
import { ListHead } from './ListHead.tsx';
import './dataset-list.css';

export function DatasetList() {
  const stored = useDataset((d) => d.stored);
  const dataset = useDataset((d) => d.dataset);
  const unsaved = dataset !== null && !stored.some(({ id }) => id === dataset.id);
  if (stored.length === 0 && !unsaved) return null;
  return (
    // Other datasets are no part of a report on one.
    <div className="dataset-list" data-report="none">
      <div className="dataset-list__rows">
        <table className="plain-table" aria-label="Datasets">
          <ListHead of="Dataset" since="Imported" />
          <tbody>
            {unsaved && <UnsavedRow />}
            {stored.map((entry) => (
              <StoredRow key={entry.id} entry={entry} open={entry.id === dataset?.id} />
            ))}
          </tbody>
        </table>
      </div>
      <DeleteQuestion />
      <StorageLine />
    </div>
  );
}

const USES = {
  trained: 'is trained on in another tab',
  open: 'is open in another tab',
} as const;

/** Asked before a dataset goes that another tab uses. */
function DeleteQuestion() {
  const asked = useDataset((d) => d.asked);
  const stored = useDataset((d) => d.stored);
  const keep = useDataset((d) => d.keep);
  const { dataset: datasets, undo } = useNotebook();
  const entry = stored.find(({ id }) => id === asked?.id);
  if (asked === null || entry === undefined) return null;
  return (
    <Notice
      kind="warn"
      what={`“${entry.name}” ${USES[asked.use]}. Delete it all the same?`}
      advice="The other tab keeps it in memory and can store it again, without its recorded spans."
    >
      <Button size="small" onClick={() => void deleteDataset(datasets, undo, entry.id, true)}>
        Delete
      </Button>
      <Button size="small" onClick={keep}>
        Keep
      </Button>
    </Notice>
  );
}

/** The dataset at hand, on its way to storage or without room there. */
function UnsavedRow() {
  const dataset = useDataset((d) => d.dataset);
  const saving = useDataset((d) => d.saving);
  const saveAgain = useDataset((d) => d.saveAgain);
  const { undo } = useNotebook();
  if (dataset === null) return null;
  return (
    <tr className="kept-row--at-hand" aria-current="true">
      <th scope="row">
        <span className="kept-row__at-hand">{dataset.name}</span>
      </th>
      <td className="plain-table__number">
        {formatCount(dataset.imported.traces.structureOf.length)}
      </td>
      <td className="plain-table__number">
        {saving === null
          ? 'in memory only'
          : `storing, ${formatPercent(Math.round(saving.share * 100) / 100)}`}
      </td>
      <td className="dataset-list__since dataset-list__risk">
        {saving === null && 'lost on reload, or when another is opened'}
      </td>
      <td className="kept-row__actions">
        {saving === null && (
          <Button size="small" onClick={() => void undo.getState().dismiss().then(saveAgain)}>
            Store
          </Button>
        )}
      </td>
    </tr>
  );
}

interface StoredRowProps {
  readonly entry: DatasetEntry;
  readonly open: boolean;
}

function StoredRow({ entry, open }: StoredRowProps) {
  const [renaming, setRenaming] = useState(false);
  const openDataset = useDataset((d) => d.open);
  const rename = useDataset((d) => d.rename);
  const { dataset: datasets, undo } = useNotebook();
  const { id, name, bytes, savedAt, tables } = entry;
  return (
    <tr className={open ? 'kept-row--at-hand' : undefined} aria-current={open || undefined}>
      <th scope="row">
        <KeptName
          name={name}
          renaming={renaming}
          atHand={open ? name : null}
          hint="Open this dataset"
          onOpen={() => void openDataset(id)}
          onName={(next) => void rename(id, next)}
          onDone={() => setRenaming(false)}
        />
      </th>
      <td className="plain-table__number">{formatCount(tables.traces.rows)}</td>
      <td className="plain-table__number">{formatBytes(bytes)}</td>
      <td className="dataset-list__since">
        <time dateTime={new Date(savedAt).toISOString()}>{formatDate(savedAt)}</time>
      </td>
      <KeptActions
        name={name}
        renaming={renaming}
        onRename={() => setRenaming(true)}
        onDelete={() => void deleteDataset(datasets, undo, id)}
      />
    </tr>
  );
}

/** What all of it takes, what is left, and whether the browser promised to keep it. */
function StorageLine() {
  const use = useEnvironment((e) => e.storage);
  const persist = useEnvironment((e) => e.persist);
  const [asked, setAsked] = useState(false);
  const noRoom = [useDataset((d) => d.storageFailure), useRuns((r) => r.storageFailure)].some(
    (failure) => failure !== null && isNoRoom(failure),
  );
  // Its place is kept, so that what stands below it does not move.
  if (use === null) return <p className="dataset-list__storage" />;
  const { usedBytes, quotaBytes, persistent } = use;
  const left = usedBytes === null || quotaBytes === null ? null : quotaBytes - usedBytes;
  // what the browser estimates is no promise
  const room = noRoom
    ? 'there was no room for more at the last try'
    : `the browser has room for about ${formatBytes(left)} more`;
  return (
    <p className="dataset-list__storage">
      <span>
        {formatBytes(usedBytes)} stored with runs and checkpoints; {room}.{' '}
        {persistent
          ? 'The browser keeps it until you delete it.'
          : 'The browser may delete it when the disk is full.'}
        {!persistent && asked && ' It did not promise more; it may once the page is bookmarked.'}
      </span>
      {!persistent && !asked && (
        <Button size="small" onClick={() => void persist().then(() => setAsked(true))}>
          Ask the browser to keep it
        </Button>
      )}
    </p>
  );
}
