/** What the command `tracevae` (scripts/command) takes from the app's sources: one bundle. */
export { csvCell, csvId } from '../base/csv-cell.ts';
export { exportOnnx } from '../onnx/export-onnx.ts';
export { readPastRun } from '../run/provenance.ts';
export { importReportOf } from './import-report.ts';
export { createOtlpPass } from './otlp-pass.ts';
export { prepareFiles } from './prepare-files.ts';
export { runInNode, startWasm } from './run-in-node.ts';
export { openModel, scoreFiles } from './score-files.ts';
export { ROW_COLUMNS } from './scored-row.ts';
export { standardInput, unpacked } from './standard-input.ts';
