/** Which periods are compared, as two choices in words. */
import type { Period } from '../../../changes/selection.ts';
import { useChanges, useDataset } from '../../app/notebook-context.ts';
import { type Option, Select } from '../../widgets/Select.tsx';
import { momentWords } from './Traffic.tsx';

/** @param timed whether ranges of time can be chosen */
export function PeriodFields({ timed }: { readonly timed: boolean }) {
  const before = useChanges((c) => c.before);
  const after = useChanges((c) => c.after);
  const choose = useChanges((c) => c.choose);
  const files = useDataset((d) => d.dataset?.imported.files);
  const own = useDataset((d) => d.dataset?.id);
  const stored = useDataset((d) => d.stored);
  if (files === undefined) return null;
  const ofDatasets = stored
    .filter(({ id }) => id !== own)
    .map(({ id, name }): Option<string> => ({ value: `dataset:${id}`, label: `dataset ${name}` }));
  const ofFiles: Option<string>[] =
    files.length < 2
      ? []
      : files.map(({ name }, file) => ({ value: `file:${file}`, label: `file ${name}` }));
  const range =
    after?.kind === 'time' ? `${momentWords(after.fromUs)} to ${momentWords(after.toUs)}` : null;
  if (!timed && ofFiles.length === 0 && ofDatasets.length === 0) {
    return (
      <p className="quiet">
        These traces have no start times and came in one file, so there are no two periods to
        compare. Drop a second file: together with this one, or as a dataset of its own.
      </p>
    );
  }
  return (
    <div className="changes-periods">
      <Select
        label="What changed in"
        value={optionOf(after)}
        options={[
          ...(after === null
            ? [{ value: 'none', label: unchosen(timed, ofFiles.length > 0) }]
            : []),
          ...(before.kind === 'dataset' ? [{ value: 'all', label: 'all of this dataset' }] : []),
          ...(range === null ? [] : [{ value: 'time', label: range }]),
          ...ofFiles,
        ]}
        onChange={(value) => {
          const chosen = periodOf(value);
          if (chosen !== null) void choose({ after: chosen });
        }}
      />
      <Select
        label="against"
        value={optionOf(before)}
        options={[
          { value: 'rest', label: 'all other traces' },
          ...(after?.kind === 'time' ? [{ value: 'earlier', label: 'all traces before it' }] : []),
          ...(before.kind === 'time' ? [{ value: 'time', label: 'all traces before it' }] : []),
          ...ofFiles,
          ...ofDatasets,
        ].filter(({ value }) => !(value === 'earlier' && before.kind === 'time'))}
        onChange={(value) => {
          if (value === 'earlier' && after?.kind === 'time') {
            void choose({
              before: { kind: 'time', fromUs: Number.NEGATIVE_INFINITY, toUs: after.fromUs },
            });
          } else {
            const chosen = periodOf(value);
            if (chosen !== null) void choose({ before: chosen });
          }
        }}
      />
    </div>
  );
}

const unchosen = (timed: boolean, hasFiles: boolean): string =>
  timed ? 'drag a range above' : hasFiles ? 'choose a file' : 'choose another dataset first';

function optionOf(period: Period | null): string {
  if (period === null) return 'none';
  switch (period.kind) {
    case 'file':
      return `file:${period.file}`;
    case 'dataset':
      return `dataset:${period.id}`;
    default:
      return period.kind;
  }
}

/** null of a value that names the period that is chosen already. */
function periodOf(value: string): Period | null {
  if (value === 'rest' || value === 'all') return { kind: value };
  const [kind, of] = [value.split(':', 1)[0], value.slice(value.indexOf(':') + 1)];
  if (kind === 'file') return { kind, file: Number(of) };
  return kind === 'dataset' ? { kind, id: of } : null;
}
