/**
 * The first look at a dataset: a run of History alone over all traces, made as soon as they are there.
 * It is kept with the page, not with the kept runs: it takes seconds to make again.
 */
const PREFIX = 'first-look:';

/** The run id of a dataset's first look. */
export const firstLookId = (datasetId: string): string => `${PREFIX}${datasetId}`;

export const isFirstLook = (runId: string): boolean => runId.startsWith(PREFIX);
