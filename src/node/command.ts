/** What the command `tracevae` (scripts/command) takes from the app's sources: one bundle. */
export { csvCell, csvId } from '../base/csv-cell.ts';
export { exportOnnx } from '../onnx/export-onnx.ts';
export { importReportOf } from './import-report.ts';
export { runInNode, startWasm } from './run-in-node.ts';
export { openModel, ROW_COLUMNS, scoreFiles } from './score-files.ts';
