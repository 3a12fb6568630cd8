import type { Plugin } from 'vite';

/** What the service worker keeps of the folder of a build; `revision` null: the name says it. */
export function filesOf(folder: string): { url: string; revision: string | null }[];

export function serviceWorker(): Plugin;
