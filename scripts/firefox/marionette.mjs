/**
 * Firefox by Marionette, the protocol below geckodriver that every Firefox speaks by itself: as much of
 * it as a test of the page needs. (WebDriver BiDi would do, but its debugger keeps one start of eight
 * nested workers in five from ending.)
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
const START_LIMIT = 60_000;
const WAIT_LIMIT = 60_000;
const STEP = 50;
/** The key of an element in WebDriver's answers. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Nothing is asked for elsewhere, and what is saved goes to a folder unasked. */
const preferences = (downloads) => ({
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'browser.download.dir': downloads,
  'browser.download.folderList': 2,
  'browser.download.alwaysOpenPanel': false,
  'browser.helperApps.neverAsk.saveToDisk': 'application/json,text/csv',
  'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'marionette.port': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
});

export async function startFirefox(path) {
  const folder = mkdtempSync(join(tmpdir(), 'firefox-'));
  const downloads = mkdtempSync(join(tmpdir(), 'firefox-downloads-'));
  writeFileSync(
    join(folder, 'user.js'),
    Object.entries(preferences(downloads))
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`)
      .join('\n'),
  );
  const child = spawn(
    path,
    ['--headless', '--no-remote', '--marionette', '--profile', folder, 'about:blank'],
    { stdio: 'ignore', detached: true },
  );
  let ended = false;
  const gone = new Promise((resolve) => child.once('exit', resolve)).then(() => {
    ended = true;
  });
  const close = async () => {
    if (!ended) process.kill(-child.pid, 'SIGTERM');
    await gone;
    for (const one of [folder, downloads]) rmSync(one, { recursive: true, force: true });
  };
  try {
    const active = join(folder, 'MarionetteActivePort');
    const late = Date.now() + START_LIMIT;
    while (!existsSync(active) || readFileSync(active, 'utf8') === '') {
      if (ended || Date.now() > late) throw new Error('Firefox did not start');
      await sleep(STEP);
    }
    const send = await openConnection(Number(readFileSync(active, 'utf8')));
    const { capabilities } = await send('WebDriver:NewSession', {});
    await send('WebDriver:SetWindowRect', { width: 1440, height: 900 });
    return { page: pageOf(send), downloads, version: capabilities.browserVersion, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** Messages are `length:JSON`, `[0, id, command, parameters]` there and `[1, id, error, result]` back. */
async function openConnection(port) {
  const socket = connect(port, '127.0.0.1');
  const waiting = new Map();
  let sent = 0;
  let rest = Buffer.alloc(0);
  socket.on('error', (cause) => {
    for (const { reject } of waiting.values()) reject(cause);
  });
  const greeted = new Promise((resolve) => waiting.set('greeting', { resolve, reject: resolve }));
  socket.on('data', (part) => {
    rest = Buffer.concat([rest, part]);
    for (;;) {
      const colon = rest.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(rest.subarray(0, colon));
      if (rest.length < end) return;
      const said = JSON.parse(rest.subarray(colon + 1, end));
      rest = rest.subarray(end);
      if (!Array.isArray(said)) {
        waiting.get('greeting').resolve();
        continue;
      }
      const [, id, error, result] = said;
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error) reject(new Error(`${error.error}: ${error.message}`));
      else resolve(result);
    }
  });
  await greeted;
  return (command, parameters) =>
    new Promise((resolve, reject) => {
      const id = ++sent;
      waiting.set(id, { resolve, reject });
      const text = JSON.stringify([0, id, command, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}

function pageOf(send) {
  /** What `work` gives for arguments that are JSON or elements. */
  const evaluate = async (work, ...args) => {
    const script = `return (${work})(...arguments)`;
    const { value } = await send('WebDriver:ExecuteScript', { script, args, sandbox: null });
    return value;
  };

  /** Until `look` gives something that is no null, false or undefined. */
  const until = async (what, look, limit = WAIT_LIMIT) => {
    const end = Date.now() + limit;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
      await sleep(STEP);
    }
  };

  const elements = async (selector) => {
    const found = await send('WebDriver:FindElements', { using: 'css selector', value: selector });
    return found.map((one) => one[ELEMENT]);
  };

  return {
    evaluate,
    until,
    goto: (url) => send('WebDriver:Navigate', { url }),
    reload: () => send('WebDriver:Refresh', {}),
    /** The first of these elements, once it is there. */
    find: (selector) => until(selector, async () => (await elements(selector))[0]),
    click: (element) => send('WebDriver:ElementClick', { id: element }),
    /** The button with these words, once it can be pressed. */
    button: (words, limit) =>
      until(
        `the button ${words}`,
        async () => {
          const found = await evaluate((name) => {
            const buttons = [...document.querySelectorAll('button')];
            return buttons.find((one) => !one.disabled && one.textContent.trim() === name) ?? null;
          }, words);
          return found?.[ELEMENT];
        },
        limit,
      ),
    /** Sets a field that a label names, as React hears of it. */
    fill: (label, value) =>
      until(`the field ${label}`, () =>
        evaluate(
          (name, text) => {
            const labels = [...document.querySelectorAll('label')];
            const field = labels.find((one) => one.textContent.trim() === name)?.control;
            if (!field || field.disabled) return false;
            const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
            set.call(field, text);
            field.dispatchEvent(new Event('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }));
            return true;
          },
          label,
          value,
        ),
      ),
    setFiles: (element, files) =>
      send('WebDriver:ElementSendKeys', { id: element, text: files.join('\n') }),
    async screenshot(path) {
      const { value } = await send('WebDriver:TakeScreenshot', { full: false });
      writeFileSync(path, Buffer.from(value, 'base64'));
    },
  };
}
