/**
 * Compiles src/kernels/assembly with AssemblyScript, once for each kind of memory and processor, and
 * gives the results as `virtual:kernels`: base64, so that page, tests and benchmarks need no fetch.
 * Results are cached by the source's hash.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ID = 'virtual:kernels';
const SOURCES = 'src/kernels/assembly';
const CACHE = 'node_modules/.cache/kernels';
const COMMON = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];
const SHARED = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
const RELAXED = ['--enable', 'relaxed-simd'];
const VARIANTS = {
  plain: [],
  relaxed: RELAXED,
  plainShared: SHARED,
  relaxedShared: [...SHARED, ...RELAXED],
};

export function kernels() {
  let compiled;
  return {
    name: 'kernels',
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    async load(id) {
      if (id !== `\0${ID}`) return null;
      for (const file of readdirSync(SOURCES))
        this.addWatchFile(join(process.cwd(), SOURCES, file));
      compiled ??= compileAll();
      return `export default ${JSON.stringify(await compiled)};`;
    },
    handleHotUpdate({ file }) {
      if (file.includes(SOURCES)) compiled = undefined;
    },
  };
}

async function compileAll() {
  const hash = createHash('sha256').update(JSON.stringify([COMMON, VARIANTS]));
  for (const file of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, file)));
  const cached = join(CACHE, `${hash.digest('hex')}.json`);
  try {
    return JSON.parse(readFileSync(cached, 'utf8'));
  } catch {
    const modules = {};
    for (const [name, options] of Object.entries(VARIANTS)) modules[name] = await compile(options);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(cached, JSON.stringify(modules));
    return modules;
  }
}

async function compile(options) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    [`${SOURCES}/index.ts`, ...COMMON, ...options, '--outFile', 'kernels.wasm'],
    {
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`the kernels do not compile: ${stderr.toString()}`);
  return Buffer.from(binary).toString('base64');
}
