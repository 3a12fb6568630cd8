/**
 * The page of `npm run parity` (parity.html): a golden file in, one line a quantity out. It drives
 * the notebook's own worker and ends with a verdict in its status: reached, not reached, failed, or
 * the words of what went wrong.
 */

import { quantityLine, summaryLines, verdictOf } from './parity/lines.ts';
import type { Quantity, QuantityStatus } from './parity/measure.ts';
import type { ParityPart } from './parity/parity.ts';
import type { BackendPreference } from './run/settings.ts';
import { startWorker } from './worker/client.ts';

const VERDICTS: Readonly<Record<QuantityStatus, string>> = {
  ok: 'reached',
  'not-reached': 'not reached',
  failed: 'failed',
};

function element<E extends Element>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`parity.html has no ${selector}`);
  return found;
}

const form = element<HTMLFormElement>('form');
const button = element<HTMLButtonElement>('button');
const log = element<HTMLElement>('[role=log]');
const status = element<HTMLElement>('[role=status]');
const client = startWorker();

const print = (line: string): void => log.append(`${line}\n`);

async function run(files: File[], backend: BackendPreference, part: ParityPart): Promise<string> {
  const quantities: Quantity[] = [];
  let taken = '';
  const job = client.start('parity', { files, backend, part }, (event) => {
    if (event.kind === 'quantity') {
      quantities.push(event.quantity);
      print(quantityLine(event.quantity));
      return;
    }
    const { info } = event;
    taken = info.backend;
    print(`# ${info.backend}, ${info.adapter}, ${info.threads} threads: ${info.reason}`);
  });
  const result = await job.result;
  if (!result.ok) {
    const { what, where, advice } = result.error;
    return `error: ${what}, ${where}, ${advice}`;
  }
  for (const line of summaryLines(quantities)) print(line);
  if (taken !== backend) return `error: asked for ${backend}, computed on ${taken}`;
  return VERDICTS[verdictOf(quantities)];
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const files = fields.getAll('files').filter((value) => value instanceof File);
  log.textContent = '';
  status.textContent = '';
  button.disabled = true;
  void run(
    files,
    fields.get('backend') as BackendPreference,
    fields.get('part') as ParityPart,
  ).then((verdict) => {
    status.textContent = verdict;
    button.disabled = false;
  });
});
