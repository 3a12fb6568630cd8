#!/usr/bin/env node
/** `npx tracevae`: trains, scores and reads traces in Node, without a browser. Usage: --help. */
import { runCommand } from '../scripts/command/main.mjs';

await runCommand(process.argv.slice(2));
