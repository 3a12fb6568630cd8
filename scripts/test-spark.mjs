// @ts-check
/**
 * The Spark adapter on a real cluster (`npm run test:spark`): a master and two workers of one core
 * on loopback, shuffled spans in 16 partitions, one worker killed in mid-run; again with 3 and 1
 * partitions. The rows are held against those of the command, and against scores.csv of the training.
 * Installs Spark into .cache; where that is not possible it says why, and is no failure. Ends with one
 * line, `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { SHORT_LIVED_JAVA, startCluster } from './spark/cluster.mjs';
import { installSpark } from './spark/environment.mjs';
import { shuffled, simulate, writeCsv, writeParquet } from './spark/spans.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REQUIREMENTS = join(ROOT, 'adapters/spark/requirements.txt');
const ADAPTER = join(ROOT, 'adapters/spark/score.py');
const COMMAND = join(ROOT, 'bin/tracevae.mjs');
const NOTED = join(ROOT, 'scripts/spark/noted-command.mjs');

const TERMS = ['nll', 'bcscale', 'ncnorm', 'stdlimit', 'full'];
const NUMBERS = ['score', 'p', 'nodes', 'flagged', ...TERMS];
const WORDS = ['reason', 'service', 'structure'];
/** Partitions of which the command has begun when a worker is killed. */
const BEGUN_AT_KILL = 4;

/** @typedef {Map<string, Readonly<Record<string, unknown>>>} Rows by trace id */

let passed = 0;
let failed = 0;

/** @param {string} title @param {() => void | Promise<void>} check */
async function test(title, check) {
  const startedMs = Date.now();
  const seconds = () => `${((Date.now() - startedMs) / 1e3).toFixed(1)} s`;
  try {
    await check();
    passed += 1;
    console.log(`ok      ${title} (${seconds()})`);
  } catch (cause) {
    failed += 1;
    console.log(
      `FAILED  ${title} (${seconds()})\n${cause instanceof Error ? cause.message : cause}`,
    );
  }
}

/** @param {boolean} holds @param {string} what @returns {asserts holds} */
function hold(holds, what) {
  if (!holds) throw new Error(what);
}

/** @param {readonly string[]} words */
function tracevae(...words) {
  const ended = spawnSync(process.execPath, [COMMAND, ...words], { encoding: 'utf8' });
  hold(ended.status === 0, `tracevae ${words[0]}: ${ended.stderr}`);
  return ended.stdout;
}

/** Without quotes: nothing of this data needs any. @param {string} text @returns {Record<string, string>[]} */
function fromCsv(text) {
  const [header = '', ...lines] = text.trim().split('\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', cell])),
  );
}

/** @param {readonly Readonly<Record<string, unknown>>[]} rows @returns {Rows} */
const byTrace = (rows) => new Map(rows.map((row) => [String(row.traceId), row]));

/** What Spark has written. @param {string} folder */
async function rowsIn(folder) {
  const names = readdirSync(folder);
  hold(names.includes('_SUCCESS'), `${folder} is not finished`);
  const parts = names.filter((name) => name.endsWith('.parquet'));
  const rows = await Promise.all(
    parts.map((name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      return parquetReadObjects({ file: bytes.buffer });
    }),
  );
  return rows.flat();
}

/** @param {unknown} a @param {unknown} b */
const isNear = (a, b) => Math.abs(Number(a) - Number(b)) <= 1e-4 * (1 + Math.abs(Number(b)));

/** @param {readonly Readonly<Record<string, unknown>>[]} rows @param {Rows} expected */
function holdEqual(rows, expected) {
  hold(rows.length === expected.size, `${rows.length} rows for ${expected.size} traces`);
  const own = byTrace(rows);
  hold(own.size === rows.length, 'a trace has two rows');
  for (const [trace, row] of own) {
    const other = expected.get(trace);
    hold(other !== undefined, `${trace} is not among the traces`);
    for (const name of NUMBERS) {
      hold(isNear(row[name], other[name]), `${name} of ${trace}: ${row[name]} for ${other[name]}`);
    }
    for (const name of WORDS) {
      hold(row[name] === other[name], `${name} of ${trace}: ${row[name]} for ${other[name]}`);
    }
  }
}

/**
 * A run of the adapter.
 *
 * @param {{ readonly env: NodeJS.ProcessEnv, readonly master: string }} cluster
 * @param {readonly string[]} words
 * @returns {{ readonly ended: Promise<void>, readonly isRunning: () => boolean }}
 */
function submit({ env, master }, ...words) {
  const settings = [
    'spark.ui.enabled=false',
    'spark.driver.host=127.0.0.1',
    'spark.driver.memory=512m',
    'spark.executor.memory=512m',
    `spark.driver.extraJavaOptions=${SHORT_LIVED_JAVA}`,
    `spark.executor.extraJavaOptions=${SHORT_LIVED_JAVA}`,
    // files of a killed worker are asked for once more, not three times
    'spark.shuffle.io.maxRetries=1',
    'spark.shuffle.io.retryWait=1s',
  ].flatMap((setting) => ['--conf', setting]);
  const program = join(env.SPARK_HOME ?? '', 'bin', 'spark-submit');
  const child = spawn(program, ['--master', master, ...settings, ADAPTER, ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  let isRunning = true;
  const ended = new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      isRunning = false;
      if (code === 0) resolve(undefined);
      else reject(new Error(`spark-submit ended with status ${code}:\n${said.slice(-3000)}`));
    });
  });
  return { ended, isRunning: () => isRunning };
}

/** @param {string} file */
const linesOf = (file) =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;

/** @param {import('./spark/environment.mjs').Spark} spark @param {string} folder */
async function run(spark, folder) {
  const path = (/** @type {string} */ name) => join(folder, name);
  writeCsv(path('train.csv'), simulate('train', 400, 1, false));
  const spans = simulate('t', 1600, 2, true);
  writeCsv(path('test.csv'), spans);
  writeParquet(path('spans.parquet'), shuffled(spans, 3));
  writeParquet(path('other.parquet'), shuffled(spans, 4));
  writeCsv(path('shuffled.csv'), shuffled(spans, 5));
  const model = path('shop.tracevae');
  const settings = ['--preset', 'tiny', '--epochs', '2', '--detectors', 'history,tracevae'];
  tracevae(
    ...['train', '--train', path('train.csv'), '--test', path('test.csv'), ...settings],
    ...['--scores', path('scores.csv'), '--keep', model, '--out', path('run.json')],
  );
  tracevae('score', '--model', model, '--out', path('rows.parquet'), path('test.csv'));
  const bytes = new Uint8Array(readFileSync(path('rows.parquet')));
  const expected = byTrace(await parquetReadObjects({ file: bytes.buffer }));

  const cluster = await startCluster(spark, folder);
  try {
    await cluster.addWorker();
    const second = await cluster.addWorker();
    /** @param {string} input @param {string} out @param {number} partitions */
    const question = (input, out, partitions) => [
      ...['--model', model, '--in', path(input), '--out', path(out)],
      ...['--partitions', String(partitions)],
    ];
    await test('16 partitions on two workers, one killed in mid-run: the rows of the command', async () => {
      const notes = path('begun.txt');
      const command = `${process.execPath} ${NOTED} ${notes}`;
      const run = submit(cluster, ...question('spans.parquet', 'of-16', 16), '--command', command);
      while (run.isRunning() && linesOf(notes) < BEGUN_AT_KILL) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      second.kill();
      const begun = linesOf(notes);
      hold(begun >= BEGUN_AT_KILL && begun < 16, `${begun} partitions had begun at the kill`);
      await run.ended;
      const starts = linesOf(notes);
      hold(starts > 16, `${starts} starts: nothing of the killed worker was done again`);
      console.log(
        `        killed after ${begun} of 16 partitions had begun, ${starts} starts in all`,
      );
      holdEqual(await rowsIn(path('of-16')), expected);
    });
    await test('TraceVAE’s scores on Spark are those of the training’s scores.csv', async () => {
      const rows = byTrace(await rowsIn(path('of-16')));
      const tested = fromCsv(readFileSync(path('scores.csv'), 'utf8')).filter(
        ({ set }) => set === 'test',
      );
      hold(tested.length === 1600, `${tested.length} test traces in scores.csv`);
      for (const row of tested) {
        for (const name of TERMS) {
          const own = rows.get(row.traceId ?? '')?.[name];
          hold(isNear(own, row[name]), `${name} of ${row.traceId}: ${own} for ${row[name]}`);
        }
      }
    });
    await cluster.addWorker();
    await test('3 partitions of spans in another order: the same rows', async () => {
      await submit(cluster, ...question('other.parquet', 'of-3', 3)).ended;
      holdEqual(await rowsIn(path('of-3')), expected);
    });
    await test('1 partition, from CSV: the same rows', async () => {
      await submit(cluster, ...question('shuffled.csv', 'of-1', 1)).ended;
      holdEqual(await rowsIn(path('of-1')), expected);
    });
  } finally {
    cluster.stop();
  }
}

const startedMs = Date.now();
const elapsed = () => `${((Date.now() - startedMs) / 1e3).toFixed(1)} s`;
const spark = installSpark(join(ROOT, '.cache/spark'), REQUIREMENTS);
if (typeof spark === 'string') {
  console.log(`skipped: Spark cannot be had here, ${spark}`);
} else {
  console.log(`# Spark of ${spark.home} (${elapsed()})`);
  const folder = mkdtempSync(join(tmpdir(), 'tracevae-spark-'));
  try {
    const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build-command.mjs')]);
    hold(built.status === 0, `the command is not built: ${built.stderr}`);
    await run(spark, folder);
  } catch (cause) {
    failed += 1;
    console.log(`FAILED  ${cause instanceof Error ? cause.message : cause}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`# ${elapsed()}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
