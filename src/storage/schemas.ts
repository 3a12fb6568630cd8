/** What the stored entry of a dataset and its notes look like. */
import * as v from 'valibot';
import { detector } from '../run/schemas.ts';
import { count, integers, list, name, number, numberOrNull, words } from '../run/stored-record.ts';

const counts = v.record(v.string(), count);

const size = v.looseObject({ rows: count, values: counts });

const example = v.looseObject({
  file: words,
  line: v.exactOptional(number),
  byte: v.exactOptional(number),
  path: v.exactOptional(words),
  traceId: v.exactOptional(words),
});

const imported = v.looseObject({
  files: list(v.looseObject({ name, bytes: number, format: name, container: name })),
  // Absent of imports before formats had labels.
  formatLabels: v.exactOptional(v.record(v.string(), name)),
  ledger: list(v.looseObject({ reason: name, count: number, examples: list(example) })),
  spansRead: number,
  spansKept: number,
  seconds: number,
  authorsRules: v.exactOptional(v.boolean()),
  orphans: v.exactOptional(
    v.looseObject({
      traces: number,
      withOrphans: number,
      orphans: number,
      rule: v.picklist(['own-tree', 'attach', 'largest', 'leave-out']),
      kept: v.looseObject({
        'own-tree': number,
        attach: number,
        largest: number,
        'leave-out': number,
      }),
    }),
  ),
  facts: v.exactOptional(
    v.looseObject({
      status: number,
      errors: number,
      kind: number,
      attributes: v.record(v.string(), number),
      pairs: number,
    }),
  ),
  unread: v.exactOptional(
    list(v.looseObject({ what: words, advice: words, count: number, first: list(words) })),
  ),
});

const description = v.looseObject({
  traces: number,
  operations: number,
  rootOperations: number,
  services: number,
  structures: number,
  groups: number,
  meanNodes: number,
  maxNodes: number,
  maxDepth: number,
  latencyMs: v.nullable(v.looseObject({ p90: number, p95: number, p99: number })),
  byNodes: integers,
  byDepth: integers,
  byLatency: integers,
});

const range = v.looseObject({ low: number, high: number });

const report = v.looseObject({
  settings: v.looseObject({
    seed: number,
    maxNodes: count,
    slowestPercent: number,
    minGroupSize: number,
    balance: v.boolean(),
    perGroup: numberOrNull,
    structureShare: number,
    timeShare: number,
    ranges: v.looseObject({ discardRate: range, alteringRate: range, slowdown: range }),
  }),
  steps: list(v.looseObject({ step: name, after: description })),
  slowestMs: numberOrNull,
  smallestGroup: number,
  largestGroup: number,
  perGroup: numberOrNull,
  sets: v.looseObject({ train: number, val: number, test: number }),
  anomalies: v.looseObject({
    labelled: number,
    structure: number,
    structureWanted: number,
    time: number,
    timeWanted: number,
  }),
});

export const datasetEntry = v.looseObject({
  id: name,
  name,
  savedAt: number,
  openedAt: number,
  roles: list(v.picklist(['split', 'train', 'val', 'test'])),
  imported,
  preparation: v.exactOptional(v.looseObject({ report, sourceId: name })),
  tables: v.looseObject({
    services: size,
    operations: size,
    structures: size,
    traces: size,
    errors: v.exactOptional(size),
    rootCauseOf: v.exactOptional(size),
    rootCauses: v.exactOptional(size),
  }),
  trashed: v.exactOptional(v.boolean()),
  spans: count,
  bytes: number,
});

export const modelEntry = v.looseObject({
  id: name,
  name,
  keptAt: number,
  savedAt: number,
  bytes: count,
  files: list(name),
  dataHash: name,
  trainTraces: count,
  detectors: list(detector),
  units: count,
  epochs: count,
  seed: number,
  runId: v.nullable(name),
  trashed: v.exactOptional(v.boolean()),
});

/** More than a person writes; the page shows less of it as Markdown. */
const NOTE_LENGTH = 1_000_000;
const MOST_NOTES = 10_000;

export const notesRecord = v.looseObject({
  datasetId: v.string(),
  notes: v.pipe(
    v.array(
      v.looseObject({
        id: name,
        after: name,
        text: v.pipe(v.string(), v.maxLength(NOTE_LENGTH)),
      }),
    ),
    v.maxLength(MOST_NOTES),
  ),
});

const contents = v.looseObject({
  name,
  records: list(
    v.looseObject({
      store: name,
      key: v.pipe(v.array(v.union([name, number])), v.maxLength(4)),
      path: name,
    }),
  ),
});

/** Whether this is the table of contents of a notebook file. */
export const isContents = (value: unknown): boolean => v.is(contents, value);
