// @ts-check
/** Spark from the package pyspark, in a virtual environment of the project's; or why it cannot be had. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ readonly python: string, readonly home: string }} Spark its interpreter, and SPARK_HOME
 */

const LEAST_JAVA = 17;

/**
 * @param {string} folder of the virtual environment, made where it is not there yet
 * @param {string} requirements path
 * @returns {Spark | string} in words, why there is none
 */
export function installSpark(folder, requirements) {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (java.error !== undefined) return 'there is no java';
  const version = Number(/version "(\d+)/.exec(java.stderr)?.[1]);
  if (!(version >= LEAST_JAVA)) return `java is of version ${version}, Spark needs ${LEAST_JAVA}`;

  const python = join(folder, 'bin', 'python');
  const installed = join(folder, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    const steps = [
      ['python3', '-m', 'venv', folder],
      [
        python,
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-input',
      ].concat(['--retries', '1', '--timeout', '20', '-r', requirements]),
    ];
    for (const [program = '', ...words] of steps) {
      const { status, error, stderr } = spawnSync(program, words, { encoding: 'utf8' });
      const why = error?.message ?? stderr.trim().split('\n').at(-1);
      if (status !== 0) return `${program} ${words.slice(0, 3).join(' ')} failed (${why})`;
    }
    writeFileSync(installed, wanted);
  }
  const where = 'import os, pyspark; print(os.path.dirname(pyspark.__file__))';
  const home = spawnSync(python, ['-c', where], { encoding: 'utf8' }).stdout.trim();
  return { python, home };
}
