/** The bundle behind the command `tracevae`: a part of `npm run build`. */
import { bundleInto } from './bundle-for-node.mjs';
import { COMMAND_FOLDER } from './command/bundle.mjs';

await bundleInto('src/node/command.ts', COMMAND_FOLDER);
