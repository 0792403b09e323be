// The log of a Delta table in a local folder, read from the protocol's text alone, with a JSON parser and nothing else.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export const versionOf = name => Number(name.slice(0, 20));
export const isEntry = name => /^\d{20}\.json$/.test(name);
export const isCheckpoint = name => /^\d{20}\.checkpoint\.parquet$/.test(name);

export function emptyState() {
  return { protocol: null, metaData: null, files: new Map(), txns: new Map(), domains: new Map() };
}

export function apply(state, action) {
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

export function entriesOf(table) {
  return readdirSync(join(table, '_delta_log')).filter(isEntry).sort();
}

export function actionsOf(table, entry) {
  return readFileSync(join(table, '_delta_log', entry), 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
}

export const filesBelow = folder => existsSync(folder)
  ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
  : [];

// What is wrong with a table's log and files: versions with gaps, files that are not there or have another length, a file or a run
// committed twice, a file that no version names. Retired entries (behind a checkpoint) are accepted when the log begins with one.
export function checkTable(table, name) {
  const findings = [], live = new Map(), named = new Set(), runs = new Set();
  const entries = entriesOf(table);
  entries.forEach((entry, version) => {
    if (versionOf(entry) !== version) findings.push(`${name}: version ${version} is missing`);
    let actions;
    try { actions = actionsOf(table, entry); } catch (error) { findings.push(`${name}: the entry of version ${version} cannot be read: ${error.message}`); return; }
    if (!actions.some(action => action.commitInfo)) findings.push(`${name}: version ${version} has no commitInfo`);
    for (const { add, remove, txn } of actions) {
      if (add) {
        const file = decodeURIComponent(add.path);
        if (add.dataChange !== false && named.has(file) && !remove && !isRestored(actions)) findings.push(`${name}: version ${version} adds ${file} again`);
        named.add(file);
        live.set(file, add);
      }
      if (remove && !live.delete(decodeURIComponent(remove.path))) findings.push(`${name}: version ${version} removes a file that is not in the table`);
      if (txn?.appId.startsWith('run:')) {
        if (runs.has(txn.appId)) findings.push(`${name}: ${txn.appId} is committed twice`);
        runs.add(txn.appId);
      }
    }
  });
  for (const [file, add] of live) {
    const full = join(table, file);
    if (!existsSync(full)) findings.push(`${name}: ${file} is not there`);
    else if (statSync(full).size !== Number(add.size)) findings.push(`${name}: ${file} has another length than the log says`);
  }
  for (const file of filesBelow(table)) {
    const path = relative(table, file);
    if (path.endsWith('.parquet') && !path.startsWith('_delta_log') && !named.has(path)) findings.push(`${name}: no version names ${path}`);
    if (/\.dgtmp|(^|\/)tmp_/.test(path)) findings.push(`${name}: ${path} was left over`);
  }
  return { findings, versions: entries.length };
}

// A rollback names files of an earlier version again.
const isRestored = actions => actions.some(action => action.commitInfo?.operation === 'RESTORE');

// What is wrong in a workspace: its tables, and runs that never ended or left files. Answers also how runs ended.
export function checkWorkspace(workspace) {
  const findings = [], versions = {}, ends = {};
  const tables = join(workspace, 'tables');
  for (const space of existsSync(tables) ? readdirSync(tables).sort() : [])
    for (const table of readdirSync(join(tables, space)).sort()) {
      const folder = join(tables, space, table), name = `${space}.${table}`;
      if (existsSync(join(folder, '_delta_log'))) {
        const checked = checkTable(folder, name);
        findings.push(...checked.findings);
        versions[name] = checked.versions;
      } else if (filesBelow(folder).some(file => file.endsWith('.parquet'))) findings.push(`${name}: files without a table`);
    }
  const runs = join(workspace, 'runs');
  for (const id of existsSync(runs) ? readdirSync(runs) : []) {
    if (filesBelow(join(runs, id, 'staging')).length > 0) findings.push(`run ${id} left staged files`);
    const record = ['end.json', 'run.json'].map(name => join(runs, id, name)).find(existsSync) ?? '';
    const status = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).status : 'never recorded';
    ends[status] = (ends[status] ?? 0) + 1;
    if (['running', 'publishing', 'queued'].includes(status)) findings.push(`run ${id} never ended: ${status}`);
  }
  return { findings, versions, ends };
}
