/**
 * Everything that must hold, in order: format and lint, types, import table, unit and property
 * tests, end-to-end tests. Ends with one line, `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

rmSync('test-results', { recursive: true, force: true });
mkdirSync('test-results', { recursive: true });

let passed = 0;
let failed = 0;

function run(title, command) {
  console.log(`\n# ${title}: ${command}`);
  const started = Date.now();
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  console.log(
    `# ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${(Date.now() - started) / 1000} s`,
  );
  return status === 0;
}

/**
 * A check without a count of its own counts as one test. Its output is shown once it has ended, so
 * that checks can run at the same time: each takes one core.
 */
async function check(title, command) {
  const started = Date.now();
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => output.push(part));
  const status = await new Promise((resolve) => child.on('close', resolve));
  console.log(`\n# ${title}: ${command}`);
  process.stdout.write(Buffer.concat(output));
  console.log(
    `# ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${(Date.now() - started) / 1000} s`,
  );
  if (status === 0) passed += 1;
  else failed += 1;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // the runner died before it wrote its report
  }
}

function suite(title, command, file, count) {
  const succeeded = run(title, command);
  const report = readReport(file);
  const counts = report === null ? { passed: 0, failed: 0 } : count(report);
  passed += counts.passed;
  // A runner that fails without a failed test (no report, a crash, an unhandled error) has failed.
  failed += !succeeded && counts.failed === 0 ? 1 : counts.failed;
}

await Promise.all([
  check('types, page and tests', 'npx tsc -p tsconfig.json'),
  (async () => {
    await check('format and lint', 'npx biome check --error-on-warnings .');
    await check('types, pure rooms', 'npx tsc -p tsconfig.pure.json');
    await check('types, worker', 'npx tsc -p tsconfig.worker.json');
    await check('import table', 'npx depcruise --config .dependency-cruiser.cjs src');
  })(),
]);
suite(
  'unit and property tests',
  'npx vitest run --reporter=default --reporter=json --outputFile.json=test-results/unit.json',
  'test-results/unit.json',
  (report) => ({ passed: report.numPassedTests, failed: report.numFailedTests }),
);
suite('end-to-end tests', 'npx playwright test', 'test-results/e2e.json', ({ stats }) => ({
  passed: stats.expected + stats.flaky,
  failed: stats.unexpected,
}));

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
