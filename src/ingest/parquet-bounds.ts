/**
 * What a Parquet file may claim: absurd claims end here, before memory is taken for them.
 */
import type { Compressors, FileMetaData } from 'hyparquet';

/** Writers make groups of at most some million rows; their columns are in memory together. */
const MAX_GROUP_ROWS = 2 ** 24;
const MAX_GROUP_BYTES = 2 ** 31;
const MAX_PAGE_BYTES = 2 ** 28;

/** What a group claims is allocated before anything is read; null where its claims hold. */
export function groupFault({ row_groups: groups, num_rows }: FileMetaData): string | null {
  let rows = 0n;
  for (const group of groups) {
    rows += group.num_rows;
    const bytes = group.columns.reduce(
      (sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n),
      0n,
    );
    if (group.num_rows < 0n || group.num_rows > MAX_GROUP_ROWS) {
      return `a Parquet file with a row group of ${group.num_rows} rows`;
    }
    if (bytes > MAX_GROUP_BYTES) return `a Parquet file with a row group of ${bytes} bytes`;
  }
  return rows === num_rows ? null : `a Parquet file of ${num_rows} rows with groups of ${rows}`;
}

/** A page unpacks to what it says, and to no more than a page may. */
export const boundedCompressors = (compressors: Compressors): Compressors =>
  Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (length > MAX_PAGE_BYTES) throw new Error(`a page of ${length} bytes`);
        return unpack(input, length);
      },
    ]),
  );
