/** The command `tracevae`, of which each start is a line of a file: `node noted-command.mjs FILE …`. */
import { appendFileSync } from 'node:fs';
import { runCommand } from '../command/main.mjs';

const [notes, ...words] = process.argv.slice(2);
appendFileSync(notes, `${process.pid}\n`);
await runCommand(words);
