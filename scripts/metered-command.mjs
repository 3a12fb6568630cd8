/**
 * The command `tracevae`, and what it took: `node metered-command.mjs FILE …` writes seconds by the
 * clock, processor seconds of all threads, and the most memory that it had, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { runCommand } from './command/main.mjs';

const [meter, ...words] = process.argv.slice(2);
process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const taken = {
    seconds: performance.now() / 1e3,
    processorSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  writeFileSync(meter, JSON.stringify(taken));
});
await runCommand(words);
