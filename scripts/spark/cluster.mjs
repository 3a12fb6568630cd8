// @ts-check
/** A standalone cluster of Spark on loopback: a master, and workers of one core that can be killed. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** @typedef {{ readonly kill: () => void }} Process with all that it has started */

/**
 * @typedef {object} Cluster
 * @property {string} master address of
 * @property {NodeJS.ProcessEnv} env for programs that use it
 * @property {() => Promise<Process>} addWorker resolves once the master knows it
 * @property {() => void} stop
 */

/** Programs of seconds: compiling them further takes longer than they run. */
export const SHORT_LIVED_JAVA = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/** What a daemon writes once it can be used, within so many milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * @param {import('./environment.mjs').Spark} spark
 * @param {string} folder that workers keep their files in
 * @returns {Promise<Cluster>}
 */
export async function startCluster({ python, home }, folder) {
  const env = {
    ...process.env,
    SPARK_HOME: home,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_DAEMON_JAVA_OPTS: SHORT_LIVED_JAVA,
    SPARK_DAEMON_MEMORY: '256m',
    SPARK_WORKER_DIR: join(folder, 'work'),
    SPARK_LOCAL_DIRS: join(folder, 'local'),
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
  };
  /** @type {Process[]} */
  const processes = [];
  /** @param {string} daemon @param {RegExp} ready @param {readonly string[]} words */
  const start = async (daemon, ready, ...words) => {
    const started = await startDaemon(
      join(home, 'bin', 'spark-class'),
      [`org.apache.spark.deploy.${daemon}`, '--host', '127.0.0.1', ...words],
      { env, ready },
    );
    processes.push(started);
    return started;
  };
  const port = await freePort();
  const master = `spark://127.0.0.1:${port}`;
  const at = ['--port', String(port), '--webui-port', String(await freePort())];
  await start('master.Master', /I have been elected leader/, ...at);
  return {
    master,
    env,
    addWorker: async () => {
      const size = ['--cores', '1', '--memory', '1g'];
      const page = ['--webui-port', String(await freePort())];
      return start(
        'worker.Worker',
        /Successfully registered with master/,
        ...size,
        ...page,
        master,
      );
    },
    stop: () => {
      for (const { kill } of processes) kill();
    },
  };
}

/**
 * @param {string} program @param {readonly string[]} words
 * @param {{ readonly env: NodeJS.ProcessEnv, readonly ready: RegExp }} options
 * @returns {Promise<Process>}
 */
function startDaemon(program, words, { env, ready }) {
  // its own group: a worker takes its executors along
  const child = spawn(program, words, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (/** @type {string} */ why) => {
      kill();
      reject(new Error(`${words[0]} ${why}:\n${said}`));
    };
    const clock = setTimeout(() => fail('does not start'), PATIENCE_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ text) => {
        said = `${said}${text}`.slice(-20_000);
        if (!ready.test(said)) return;
        clearTimeout(clock);
        resolve({ kill });
      });
    }
    child.once('error', (cause) => fail(cause.message));
    child.once('exit', (code) => fail(`ended with status ${code}`));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
