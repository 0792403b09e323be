// The rows of a Delta table in a local folder, read from the protocol's text alone.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { actionsOf, apply, emptyState, entriesOf, isCheckpoint, versionOf } from './log.mjs';

const fail = message => { throw new Error(message); };

function asBuffer(file) {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const readParquet = file => parquetReadObjects({ file: asBuffer(file), compressors });

function replay(table, state, from) {
  let expected = from;
  for (const name of entriesOf(table).filter(entry => versionOf(entry) >= from)) {
    if (versionOf(name) !== expected++) fail(`the entry of version ${expected - 1} is missing`);
    const actions = actionsOf(table, name);
    if (!actions.some(action => action.commitInfo)) fail(`${name} has no commitInfo`);
    if (Object.keys(actions[0])[0] !== 'commitInfo') fail(`${name} does not begin with commitInfo, which in-commit timestamps need`);
    for (const action of actions) apply(state, action);
  }
  return state;
}

// hyparquet gives maps as objects or as lists of pairs, and long integers as BigInt.
const plainMap = map => (Array.isArray(map) ? Object.fromEntries(map.map(pair => (Array.isArray(pair) ? pair : [pair.key, pair.value]))) : map ?? {});

async function fromCheckpoint(table, name) {
  const state = emptyState();
  for (const row of await readParquet(join(table, '_delta_log', name))) {
    const kinds = ['protocol', 'metaData', 'txn', 'domainMetadata', 'add', 'remove'].filter(kind => row[kind] != null);
    if (kinds.length !== 1) fail(`${name}: a row holds ${kinds.length} actions`);
    if (row.metaData) row.metaData = { ...row.metaData, configuration: plainMap(row.metaData.configuration) };
    if (row.add) row.add = { ...row.add, partitionValues: plainMap(row.add.partitionValues) };
    apply(state, row);
  }
  return replay(table, state, versionOf(name) + 1);
}

const describe = state => JSON.stringify([
  Number(state.protocol.minReaderVersion), Number(state.protocol.minWriterVersion), state.protocol.readerFeatures ?? null, state.protocol.writerFeatures ?? null, state.metaData.id, state.metaData.schemaString,
  [...state.metaData.partitionColumns], Object.entries(state.metaData.configuration).sort(), [...state.txns].sort(), [...state.domains].sort(),
  [...state.files].map(([path, add]) => [path, Number(add.size), Number(add.modificationTime), add.stats ?? null, Object.entries(add.partitionValues).sort()]).sort(),
]);

// The newest state. It is built twice where possible, from all entries and from the newest checkpoint; both must agree.
export async function readState(table) {
  const log = join(table, '_delta_log');
  const entries = entriesOf(table), checkpoints = readdirSync(log).filter(isCheckpoint).sort();
  let state = null;
  if (entries.length > 0 && versionOf(entries[0]) === 0) state = replay(table, emptyState(), 0);
  if (checkpoints.length > 0) {
    const newest = await fromCheckpoint(table, checkpoints.at(-1));
    if (state && describe(state) !== describe(newest)) fail(`${checkpoints.at(-1)} and the entries disagree:\n${describe(state)}\n${describe(newest)}`);
    state = newest;
    const pointer = JSON.parse(readFileSync(join(log, '_last_checkpoint'), 'utf8'));
    if (!existsSync(join(log, `${String(pointer.version).padStart(20, '0')}.checkpoint.parquet`))) fail('_last_checkpoint points at nothing');
  }
  if (!state?.protocol || !state.metaData) fail('there is no table');
  const known = new Set(['timestampNtz', 'typeWidening']);
  const unknown = (state.protocol.readerFeatures ?? []).filter(feature => !known.has(feature));
  if (Number(state.protocol.minReaderVersion) > 3 || unknown.length > 0) fail(`cannot read a table with ${unknown}`);
  return state;
}

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

// All rows of the newest version as plain objects, keys in the schema's order. Every file must have the length and the rows that the log says.
export async function readRows(table) {
  const state = await readState(table);
  const fields = JSON.parse(state.metaData.schemaString).fields;
  const partitioned = new Set(state.metaData.partitionColumns);
  const result = [];
  for (const [path, add] of state.files) {
    const file = join(table, path);
    if (statSync(file).size !== Number(add.size)) fail(`${path} has another length than the log says`);
    const rows = await readParquet(file);
    const recorded = JSON.parse(add.stats).numRecords;
    if (rows.length !== recorded) fail(`${path} has ${rows.length} rows, the log says ${recorded}`);
    for (const row of rows)
      result.push(Object.fromEntries(fields.map(field => [field.name, partitioned.has(field.name) ? typed(add.partitionValues[field.name], field.type) : plain(row[field.name])])));
  }
  return result;
}
