/** The bundles behind the command `tracevae` and its threads: a part of `npm run build`. */
import { bundleInto } from './bundle-for-node.mjs';
import { COMMAND_FOLDER } from './command/bundle.mjs';

await bundleInto('src/node/command.ts', COMMAND_FOLDER);
await bundleInto('src/node/score-thread.ts', COMMAND_FOLDER);
