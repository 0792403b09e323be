// Reads the newest version of a Delta table in a local folder and prints its rows as sorted JSON lines, one object a row, keys in the schema's order.
// Written from the protocol's text alone. The state is built twice where possible, from all entries and from the newest checkpoint; both must agree.
//   node read.mjs <table folder>
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const table = process.argv[2];
const log = join(table, '_delta_log');
const fail = (message) => {
  console.error(message);
  process.exit(1);
};

function asBuffer(file) {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const readParquet = (file) => parquetReadObjects({ file: asBuffer(file), compressors });
const versionOf = (name) => Number(name.slice(0, 20));
const names = readdirSync(log).sort();
const entries = names.filter((name) => /^\d{20}\.json$/.test(name));
const checkpoints = names.filter((name) => /^\d{20}\.checkpoint\.parquet$/.test(name));

function emptyState() {
  return { protocol: null, metaData: null, files: new Map(), txns: new Map(), domains: new Map() };
}

function apply(state, action) {
  if (action.protocol) state.protocol = action.protocol;
  if (action.metaData) state.metaData = action.metaData;
  if (action.txn) state.txns.set(action.txn.appId, Number(action.txn.version));
  if (action.domainMetadata) {
    if (action.domainMetadata.removed) state.domains.delete(action.domainMetadata.domain);
    else state.domains.set(action.domainMetadata.domain, action.domainMetadata.configuration);
  }
  if (action.add) state.files.set(decodeURIComponent(action.add.path), action.add);
  if (action.remove) state.files.delete(decodeURIComponent(action.remove.path));
}

function replay(state, from) {
  let expected = from;
  for (const name of entries.filter((entry) => versionOf(entry) >= from)) {
    if (versionOf(name) !== expected++) fail(`the entry of version ${expected - 1} is missing`);
    const lines = readFileSync(join(log, name), 'utf8').split('\n').filter((line) => line.length > 0).map((line) => JSON.parse(line));
    if (!lines.some((line) => line.commitInfo)) fail(`${name} has no commitInfo`);
    if (Object.keys(lines[0])[0] !== 'commitInfo') fail(`${name} does not begin with commitInfo, which in-commit timestamps need`);
    for (const line of lines) apply(state, line);
  }
  return state;
}

// hyparquet gives maps as objects or as lists of pairs, and long integers as BigInt.
const plainMap = (map) => (Array.isArray(map) ? Object.fromEntries(map.map((pair) => (Array.isArray(pair) ? pair : [pair.key, pair.value]))) : map ?? {});

async function fromCheckpoint(name) {
  const state = emptyState();
  const rows = await readParquet(join(log, name));
  for (const row of rows) {
    const kinds = ['protocol', 'metaData', 'txn', 'domainMetadata', 'add', 'remove'].filter((kind) => row[kind] != null);
    if (kinds.length !== 1) fail(`${name}: a row holds ${kinds.length} actions`);
    if (row.metaData) row.metaData = { ...row.metaData, configuration: plainMap(row.metaData.configuration) };
    if (row.add) row.add = { ...row.add, partitionValues: plainMap(row.add.partitionValues) };
    apply(state, row);
  }
  return replay(state, versionOf(name) + 1);
}

const describe = (state) => JSON.stringify([
  Number(state.protocol.minReaderVersion), Number(state.protocol.minWriterVersion), state.protocol.readerFeatures ?? null, state.protocol.writerFeatures ?? null, state.metaData.id, state.metaData.schemaString,
  [...state.metaData.partitionColumns], Object.entries(state.metaData.configuration).sort(), [...state.txns].sort(), [...state.domains].sort(),
  [...state.files].map(([path, add]) => [path, Number(add.size), Number(add.modificationTime), add.stats ?? null, Object.entries(add.partitionValues).sort()]).sort(),
]);

let state = null;
if (entries.length > 0 && versionOf(entries[0]) === 0) state = replay(emptyState(), 0);
if (checkpoints.length > 0) {
  const newest = await fromCheckpoint(checkpoints.at(-1));
  if (state && describe(state) !== describe(newest)) fail(`${checkpoints.at(-1)} and the entries disagree:\n${describe(state)}\n${describe(newest)}`);
  state = newest;
  const pointer = JSON.parse(readFileSync(join(log, '_last_checkpoint'), 'utf8'));
  if (!existsSync(join(log, `${String(pointer.version).padStart(20, '0')}.checkpoint.parquet`))) fail('_last_checkpoint points at nothing');
}
if (!state?.protocol || !state.metaData) fail('there is no table');

const known = new Set(['timestampNtz', 'typeWidening']);
const unknown = (state.protocol.readerFeatures ?? []).filter((feature) => !known.has(feature));
if (Number(state.protocol.minReaderVersion) > 3 || unknown.length > 0) fail(`cannot read a table with ${unknown}`);

const fields = JSON.parse(state.metaData.schemaString).fields;
const partitioned = new Set(state.metaData.partitionColumns);

function typed(text, type) {
  if (text == null || text === '') return null;
  if (['long', 'integer', 'short', 'byte', 'double', 'float'].includes(type)) return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}

function plain(value) {
  if (value == null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value;
}

const lines = [];
for (const [path, add] of state.files) {
  const file = join(table, path);
  if (statSync(file).size !== Number(add.size)) fail(`${path} has another length than the log says`);
  const rows = await readParquet(file);
  if (rows.length !== JSON.parse(add.stats).numRecords) fail(`${path} has ${rows.length} rows, the log says ${JSON.parse(add.stats).numRecords}`);
  for (const row of rows)
    lines.push(JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, partitioned.has(field.name) ? typed(add.partitionValues[field.name], field.type) : plain(row[field.name])]))));
}
for (const line of lines.sort()) console.log(line);
