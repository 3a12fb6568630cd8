/** The files of the dataset, and what each is for. */
import { type Dataset, FILE_ROLES, type FileRole } from '../../../stores/dataset/dataset-store.ts';
import { useDataset } from '../../app/notebook-context.ts';
import { formatBytes } from '../../widgets/format.ts';

const ROLE_WORDS: Readonly<Record<FileRole, string>> = {
  split: 'split 10 : 2 : 5',
  train: 'train',
  val: 'validation',
  test: 'test',
};

export function FilesTable({ dataset }: { readonly dataset: Dataset }) {
  const setRole = useDataset((d) => d.setRole);
  const { files, formatLabels } = dataset.imported;
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
      <tbody>
        {files.map((file, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may share a name; order is fixed
          <tr key={i}>
            <th scope="row">{file.name}</th>
            <td>
              {formatLabels[file.format]}
              {file.container !== 'plain' && `, ${file.container}`}
            </td>
            <td className="plain-table__number">
              {file.bytes === 0 ? '–' : formatBytes(file.bytes)}
            </td>
            <td>
              <select
                className="field__select"
                aria-label={`What ${file.name} is used for`}
                value={dataset.roles[i]}
                onChange={(event) => setRole(i, event.currentTarget.value as FileRole)}
              >
                {FILE_ROLES.map((role) => (
                  <option key={role} value={role}>
                    {ROLE_WORDS[role]}
                  </option>
                ))}
              </select>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
