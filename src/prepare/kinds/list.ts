/** The kinds of anomalies that validation traces get, in the order of tables. */
import { cutShort } from './cut-short.ts';
import type { Kind } from './kind.ts';
import { lostNodes } from './lost-nodes.ts';
import { lostSubtree } from './lost-subtree.ts';
import { oneSlowNode } from './one-slow-node.ts';
import { serviceDelay } from './service-delay.ts';
import { slowNodes } from './slow-nodes.ts';
import { slowService } from './slow-service.ts';

export const KINDS: readonly Kind[] = [
  lostNodes,
  slowNodes,
  lostSubtree,
  oneSlowNode,
  cutShort,
  serviceDelay,
  slowService,
];
