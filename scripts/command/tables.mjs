// @ts-check
/** Rows as CSV, JSON lines or Parquet: to standard output, or to a file that appears when it is whole. */
import { closeSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * @typedef {import('../../src/node/scored-row.ts').ScoredRow} Row
 * @typedef {readonly (string & keyof Row)[]} Columns
 * @typedef {Pick<typeof import('../../src/node/command.ts'), 'csvCell' | 'csvId'>} Cells
 * @typedef {{
 *   readonly add: (rows: readonly Row[]) => Promise<void>,
 *   readonly finish: () => Promise<void>,
 *   readonly drop: () => void,
 * }} Table
 */

/** @type {readonly string[]} */
export const TABLES = ['csv', 'jsonl', 'parquet'];

/** @param {string | null} path @returns {string} */
export const tableOf = (path) =>
  TABLES.find((ending) => path?.toLowerCase().endsWith(`.${ending}`) === true) ?? 'csv';

/** What runs that were killed have left of this file. @param {string} path */
function dropAbandoned(path) {
  const [folder, name] = [dirname(resolve(path)), basename(path)];
  for (const other of readdirSync(folder)) {
    if (!other.startsWith(`${name}.`) || !other.endsWith('.part')) continue;
    const pid = Number(other.slice(name.length + 1, -'.part'.length));
    if (Number.isSafeInteger(pid) && pid > 0 && !isRunning(pid)) {
      rmSync(join(folder, other), { force: true });
    }
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

/**
 * Standard output, or a file that has another name until it is whole.
 *
 * @param {string | null} path null: standard output
 */
export function openOutput(path) {
  if (path !== null) dropAbandoned(path);
  const part = path === null ? null : `${path}.${process.pid}.part`;
  const file = part === null ? 1 : openSync(part, 'w');
  let open = part !== null;
  /** @param {string | Uint8Array} bytes */
  const put = (bytes) => {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let at = 0; at < buffer.length; ) at += written(file, buffer, at);
  };
  const drop = () => {
    if (!open) return;
    open = false;
    closeSync(file);
    rmSync(/** @type {string} */ (part), { force: true });
  };
  const close = () => {
    if (!open) return;
    open = false;
    closeSync(file);
    renameSync(/** @type {string} */ (part), /** @type {string} */ (path));
  };
  return { put, drop, close };
}

/**
 * @param {string} as @param {Columns} columns
 * @param {string | null} path null: standard output
 * @param {Cells} cells
 * @returns {Table}
 */
export function openTable(as, columns, path, { csvCell, csvId }) {
  const { put, drop, close } = openOutput(path);
  if (as === 'parquet') {
    /** @type {Row[]} */
    let group = [];
    const writer = openParquet(put);
    const flush = async () => {
      await (await writer).group(group, columns);
      group = [];
    };
    return {
      add: async (rows) => {
        for (const row of rows) group.push(row);
        if (group.length >= GROUP_ROWS) await flush();
      },
      finish: async () => {
        // a file without rows has its columns all the same
        await flush();
        (await writer).finish();
        close();
      },
      drop,
    };
  }
  // nothing is printed before the model is open and the traces are read
  let head = as === 'csv' ? `${columns.join(',')}\n` : '';
  /** @param {Row[keyof Row]} value @param {string} name */
  const cell = (value, name) => {
    if (typeof value !== 'string') return value ?? '';
    return name === 'traceId' ? csvId(value) : csvCell(value);
  };
  /** @param {Row} row */
  const line = (row) =>
    as === 'csv' ? columns.map((name) => cell(row[name], name)).join(',') : JSON.stringify(row);
  return {
    add: async (rows) => {
      if (rows.length === 0) return;
      put(`${head}${rows.map(line).join('\n')}\n`);
      head = '';
    },
    finish: async () => {
      put(head);
      close();
    },
    drop,
  };
}

/** A pipe that is full for now is asked again. @param {number} file @param {Uint8Array} bytes @param {number} at */
function written(file, bytes, at) {
  try {
    return writeSync(file, bytes, at);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN') return 0;
    throw cause;
  }
}

const TEXTS = new Set(['traceId', 'reason', 'service', 'structure']);
const WHOLE = new Set(['flagged', 'nodes']);

/** Rows that are held until they are written. */
const GROUP_ROWS = 20_000;

/**
 * A Parquet file, a row group at a time: what is written is not held.
 *
 * @param {(bytes: Uint8Array) => void} put
 */
async function openParquet(put) {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  const flush = () => {
    put(bytes.getBytes().slice());
    bytes.index = 0;
  };
  /** @type {InstanceType<typeof ParquetWriter> | null} */
  let writer = null;
  return {
    /** @param {readonly Row[]} rows @param {Columns} columns */
    async group(rows, columns) {
      const columnData = columns.map((name) => ({
        name,
        data: rows.map((row) => row[name]),
      }));
      writer ??= new ParquetWriter({
        writer: bytes,
        schema: schemaFromColumnData({
          columnData: columnData.map(({ name }) => ({
            name,
            data: [],
            type: TEXTS.has(name) ? 'STRING' : WHOLE.has(name) ? 'INT32' : 'DOUBLE',
          })),
        }),
      });
      await writer.write({ columnData, rowGroupSize: GROUP_ROWS + 2048 });
      flush();
    },
    finish() {
      writer?.finish();
      flush();
    },
  };
}
