/** The columns of stored datasets and of kept models, alike so that the two lists line up. */
interface ListHeadProps {
  /** What the rows are: "Dataset". */
  readonly of: string;
  /** What the date is of: "Imported". */
  readonly since: string;
}

export function ListHead({ of, since }: ListHeadProps) {
  return (
    <thead>
      <tr>
        <th scope="col">{of}</th>
        <th scope="col" className="plain-table__number dataset-list__traces">
          Traces
        </th>
        <th scope="col" className="plain-table__number dataset-list__bytes">
          Stored
        </th>
        <th scope="col" className="dataset-list__since">
          {since}
        </th>
        <th scope="col" className="dataset-list__actions">
          <span className="said-only">Actions</span>
        </th>
      </tr>
    </thead>
  );
}
