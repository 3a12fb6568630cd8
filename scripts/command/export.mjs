// @ts-check
/** `tracevae export`: a kept model as two graphs of ONNX, both or neither. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { neededText, textOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { writeWhole } from '../headless/write-whole.mjs';
import { loadCommand } from './bundle.mjs';

/** @param {import('../headless/arguments.mjs').Values} values */
export async function exportModel(values) {
  const path = neededText(values, 'model');
  const folder = neededText(values, 'onnx');
  const { exportOnnx, openModel } = await loadCommand();
  const opened = openModel(path);
  const exported = opened.ok ? exportOnnx(opened.value, textOf(values, 'detector')) : opened;
  if (!exported.ok) {
    const { what, where, advice } = exported.error;
    throw new CommandError(what, where, advice);
  }
  const { structure, latency } = exported.value;
  writeWhole(
    Object.entries({ structure, latency }).map(([name, bytes]) => ({
      path: join(folder, `${name}.onnx`),
      put: (/** @type {string} */ part) => writeFileSync(part, bytes),
    })),
  );
}
