// @ts-check
/** `tracevae import`: import.json of files, without a browser. */
import { writeFileSync } from 'node:fs';
import { filesOf, namesOf, neededText, numberOf } from '../headless/arguments.mjs';
import { CommandError } from '../headless/command-error.mjs';
import { writeWhole } from '../headless/write-whole.mjs';
import { loadCommand } from './bundle.mjs';

/** @param {import('../headless/arguments.mjs').Values} values */
export async function importTraces(values) {
  const files = filesOf(values, 'data');
  if (files.length === 0) throw new CommandError('no file was named', '--data', 'add --data FILE');
  const rules = neededText(values, 'rules');
  if (rules !== 'authors' && rules !== 'none') {
    throw new CommandError(`"${rules}" is unknown`, '--rules', 'use one of: authors, none');
  }
  const out = neededText(values, 'out');
  const { importReportOf } = await loadCommand();
  const report = await importReportOf(files, {
    authorsRules: rules === 'authors',
    attributes: namesOf(values, 'attributes'),
    maxNodes: numberOf(values, 'max-nodes'),
    forest: values.forest === true,
  });
  if (!report.ok) {
    const { what, where, advice } = report.error;
    throw new CommandError(what, where, advice);
  }
  writeWhole([{ path: out, put: (part) => writeFileSync(part, report.value) }]);
}
