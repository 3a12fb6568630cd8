/** The files of the dataset, and what each is for. Many of one folder and kind are one row. */
import { useMemo, useState } from 'react';
import { type Dataset, FILE_ROLES, type FileRole } from '../../../stores/dataset/dataset-store.ts';
import { type FileGroup, groupFiles } from '../../../stores/dataset/file-groups.ts';
import { useDataset, useSurvey } from '../../app/notebook-context.ts';
import { formatBytes, formatCount } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { VirtualTable } from '../../widgets/VirtualTable.tsx';

const ROLE_WORDS: Readonly<Record<FileRole, string>> = {
  split: 'split 10 : 2 : 5',
  train: 'train',
  val: 'validation',
  test: 'test',
};

export function FilesTable({ dataset }: { readonly dataset: Dataset }) {
  const { files, formatLabels } = dataset.imported;
  const { roles } = dataset;
  const groups = useMemo(() => groupFiles(files, roles), [files, roles]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const setRoles = useDataset((d) => d.setRoles);

  const toggle = (first: number): void => {
    const next = new Set(open);
    if (!next.delete(first)) next.add(first);
    setOpen(next);
  };
  const assign = (of: readonly number[], role: FileRole): void => {
    const changed = roles.slice();
    for (const file of of) changed[file] = role;
    setRoles(changed);
  };

  return (
    <table className="plain-table" aria-label="Files">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Format</th>
          <th scope="col" className="plain-table__number">
            Size
          </th>
          <th scope="col">Used for</th>
        </tr>
      </thead>
      {groups.map((group) => {
        const first = group.files[0]!;
        const isOne = group.files.length === 1;
        return (
          <tbody key={first}>
            <tr>
              <th scope="row">
                {isOne ? (
                  group.name
                ) : (
                  <GroupName group={group} open={open.has(first)} onToggle={() => toggle(first)} />
                )}
              </th>
              <td>
                {formatLabels[group.format]}
                {group.container !== 'plain' && `, ${group.container}`}
              </td>
              <td className="plain-table__number">
                {group.bytes === 0 ? '–' : formatBytes(group.bytes)}
              </td>
              <td>
                <RoleSelect
                  what={
                    isOne
                      ? group.name
                      : `${group.name} (${formatCount(group.files.length, 'file')})`
                  }
                  role={group.role}
                  onChange={(role) => assign(group.files, role)}
                />
              </td>
            </tr>
            {open.has(first) && (
              <tr>
                <td colSpan={4}>
                  <div className="files__inside">
                    <FilesOfGroup dataset={dataset} group={group} onAssign={assign} />
                  </div>
                </td>
              </tr>
            )}
          </tbody>
        );
      })}
    </table>
  );
}

interface GroupNameProps {
  readonly group: FileGroup;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function GroupName({ group: { name, files }, open, onToggle }: GroupNameProps) {
  const counts = useSurvey((s) => s.ofFile);
  const sumOf = (of: Uint32Array): number => files.reduce((sum, file) => sum + (of[file] ?? 0), 0);
  return (
    <>
      <button type="button" className="disclosure__summary" aria-expanded={open} onClick={onToggle}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} size={12} />
        <span>{name}</span>
      </button>
      <span className="files__of-group">
        {formatCount(files.length, 'file')}
        {counts !== null &&
          ` · ${formatCount(sumOf(counts.spans), 'span')} · ${formatCount(sumOf(counts.traces), 'trace')}`}
      </span>
    </>
  );
}

interface FilesOfGroupProps {
  readonly dataset: Dataset;
  readonly group: FileGroup;
  readonly onAssign: (files: readonly number[], role: FileRole) => void;
}

const ROW_HEIGHT = 32;

function FilesOfGroup({ dataset, group, onAssign }: FilesOfGroupProps) {
  const counts = useSurvey((s) => s.ofFile);
  const fileOf = (row: number): number => group.files[row]!;
  const nameOf = (row: number): string => dataset.imported.files[fileOf(row)]!.name;
  const countOf = (of: Uint32Array | undefined, row: number): string =>
    of === undefined ? '…' : formatCount(of[fileOf(row)] ?? 0);
  return (
    <VirtualTable
      label={`Files ${group.name}`}
      rowCount={group.files.length}
      rowHeight={ROW_HEIGHT}
      height={300}
      minWidth={560}
      columns={[
        { key: 'file', title: 'File', width: 'minmax(200px, 1fr)', render: nameOf },
        {
          key: 'bytes',
          title: 'Size',
          width: '72px',
          align: 'end',
          render: (row) => formatBytes(dataset.imported.files[fileOf(row)]!.bytes),
        },
        {
          key: 'spans',
          title: 'Spans',
          width: '64px',
          align: 'end',
          render: (row) => countOf(counts?.spans, row),
        },
        {
          key: 'traces',
          title: 'Traces',
          width: '64px',
          align: 'end',
          render: (row) => countOf(counts?.traces, row),
        },
        {
          key: 'role',
          title: 'Used for',
          width: '150px',
          render: (row) => (
            <RoleSelect
              what={nameOf(row)}
              role={dataset.roles[fileOf(row)]!}
              onChange={(role) => onAssign([fileOf(row)], role)}
            />
          ),
        },
      ]}
    />
  );
}

interface RoleSelectProps {
  readonly what: string;
  /** null where files of a group differ. */
  readonly role: FileRole | null;
  readonly onChange: (role: FileRole) => void;
}

function RoleSelect({ what, role, onChange }: RoleSelectProps) {
  return (
    <select
      className="field__select"
      aria-label={`What ${what} is used for`}
      value={role ?? ''}
      onChange={(event) => onChange(event.currentTarget.value as FileRole)}
    >
      {role === null && (
        <option value="" disabled>
          several
        </option>
      )}
      {FILE_ROLES.map((each) => (
        <option key={each} value={each}>
          {ROLE_WORDS[each]}
        </option>
      ))}
    </select>
  );
}
