// Builds the dashboard into obj/web: node build.mjs. Brings the npm packages when the lock file changed, writes the types of the API, checks the
// types, bundles, and packs every file with gzip. Several builds may ask at the same time: a folder is the lock.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const work = join(project, 'obj', 'web');
const lock = join(work, 'build.lock');
const staleMilliseconds = 10 * 60 * 1000;

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function tryLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    try {
      // A build that was killed leaves its lock; nobody holds one this long.
      if (Date.now() - statSync(lock).mtimeMs > staleMilliseconds) rmSync(lock, { recursive: true, force: true });
    } catch { /* the holder has just released it */ }
    return false;
  }
}

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function run(what, command, ...parameters) {
  const ended = spawnSync(command, parameters, { cwd: project, encoding: 'utf8', shell: process.platform === 'win32' && command === 'npm' });
  if (!ended.error && ended.status === 0) return;
  console.error(ended.error ? `${what}: ${command} could not be started: ${ended.error.message}` : `${what} failed\n${ended.stdout}${ended.stderr}`);
  throw new Error(what);
}

function packages() {
  const wanted = join(project, 'package-lock.json');
  const installed = join(project, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  run('npm ci in src/DataGrid.Dashboard', 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  utimesSync(installed, new Date(), new Date());
}

function isBuilt(stamp, sources) {
  return existsSync(stamp) && sources.every((file) => statSync(file).mtimeMs < statSync(stamp).mtimeMs);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12)) {
  console.error(`the dashboard's tools need Node.js 20.19, 22.12 or newer; this is ${process.version}`);
  process.exit(3);
}

mkdirSync(work, { recursive: true });
while (!tryLock()) sleep(200);
try {
  const stamp = join(work, 'built');
  const description = resolve(project, '../../docs/openapi.json');
  const examples = resolve(project, '../../examples/tutorial');
  const top = ['index.html', 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'].map((name) => join(project, name));
  const sources = [...top, description, ...filesOf(join(project, 'web')), ...filesOf(join(project, 'build')), ...filesOf(examples).filter((file) => !file.includes('.datagrid'))];
  // Who waited for the lock finds the work done.
  if (!isBuilt(stamp, sources)) {
    const started = new Date();
    packages();
    run('the types of the API', process.execPath, join(project, 'build/schema.mjs'), description, join(work, 'schema.ts'));
    run('the type check of the dashboard', process.execPath, join(project, 'node_modules/typescript/bin/tsc'), '--project', project);
    run('the bundling of the dashboard', process.execPath, join(project, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn');
    const packed = join(work, 'packed');
    rmSync(packed, { recursive: true, force: true });
    for (const file of filesOf(join(work, 'dist'))) {
      const target = join(packed, `${relative(join(work, 'dist'), file)}.gz`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, gzipSync(readFileSync(file), { level: 9 }));
    }
    writeFileSync(stamp, '');
    utimesSync(stamp, started, started);
  }
} catch {
  process.exitCode = 3;
} finally {
  rmSync(lock, { recursive: true, force: true });
}
