// Brings DuckDB's native library for one platform. Run by NativeLibrary.targets: node fetch-native.mjs <root> <work> <os> <cpu> <package> <file> <where>
//   where = "root":  npm ci at the repository root (this machine's own platform)
//   where = "cross": npm ci in a folder of its own under <work>, so that the root's tree stays as it is
// Several builds may ask at the same time; npm ci empties node_modules first, so only one may run: a folder is the lock.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const [root, work, os, cpu, packageName, file, where] = process.argv.slice(2);
const target = where === 'root' ? root : join(work, `${os}-${cpu}`);
const library = join(target, 'node_modules', '@duckdb', packageName, file);
const lock = join(work, 'npm.lock');
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

mkdirSync(work, { recursive: true });
while (!tryLock()) sleep(200);
try {
  if (!existsSync(library)) {
    mkdirSync(target, { recursive: true });
    if (where !== 'root') {
      for (const name of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(root, name), join(target, name));
    }
    const options = where === 'root' ? [] : ['--omit=dev', `--os=${os}`, `--cpu=${cpu}`];
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...options],
      { cwd: target, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
    if (npm.error || npm.status !== 0) {
      console.error(npm.error ? `npm could not be started: ${npm.error.message}` : `npm ci in ${target} ended with ${npm.status}`);
      process.exitCode = 3;
    } else if (!existsSync(library)) {
      console.error(`npm ci in ${target} brought no @duckdb/${packageName}: the package registry does not have it for ${os}-${cpu}`);
      process.exitCode = 4;
    } else {
      // Newer than the outputs of an earlier build, so that "copy if newer" sees a changed version.
      utimesSync(library, new Date(), new Date());
    }
  }
} finally {
  rmSync(lock, { recursive: true, force: true });
}
