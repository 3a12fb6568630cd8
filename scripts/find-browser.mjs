/**
 * Finds a Chromium for the end-to-end tests and the headless run:
 * CHROMIUM_PATH, then an installed Chromium or Chrome, then Playwright's own, then Debian's package.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function installed() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [...NAMES.flatMap((name) => folders.map((dir) => join(dir, name))), ...PLACES];
  return candidates.find(isExecutable) ?? null;
}

function installDebianPackage() {
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return null;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, 'apt-get', ...args];
    execFileSync(command, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  } catch {
    return null;
  }
  return installed();
}

/** @returns {{ path: string, how: string }} */
export function findBrowser() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!isExecutable(named)) throw new Error(`CHROMIUM_PATH is ${named}, which cannot be run`);
    return { path: named, how: 'CHROMIUM_PATH' };
  }
  const found = installed();
  if (found) return { path: found, how: 'installed' };
  const own = chromium.executablePath();
  if (own && isExecutable(own)) return { path: own, how: "Playwright's own" };
  const debian = installDebianPackage();
  if (debian) return { path: debian, how: "Debian's package, just installed" };
  throw new Error(
    'no Chromium was found: install Chromium or Chrome, set CHROMIUM_PATH, or run `npx playwright install chromium`',
  );
}

/** Full Chromium, no sandbox (tests run as root in containers), software WebGPU, no phoning home. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-precise-memory-info',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
