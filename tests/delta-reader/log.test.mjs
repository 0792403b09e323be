// The checker must see what is wrong: each case breaks a sound table in one way.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { checkTable, checkWorkspace } from './log.mjs';

const entry = version => `_delta_log/${String(version).padStart(20, '0')}.json`;
const lines = actions => actions.map(action => JSON.stringify(action)).join('\n') + '\n';
const add = (path, size = 3) => ({ add: { path, size, dataChange: true, stats: '{"numRecords":1}' } });

function table(folder) {
  mkdirSync(join(folder, '_delta_log'), { recursive: true });
  writeFileSync(join(folder, entry(0)), lines([{ commitInfo: {} }, add('a.parquet'), { txn: { appId: 'run:1', version: 1 } }]));
  writeFileSync(join(folder, entry(1)), lines([{ commitInfo: {} }, { remove: { path: 'a.parquet' } }, add('b%20c.parquet'), { txn: { appId: 'run:2', version: 1 } }]));
  writeFileSync(join(folder, 'a.parquet'), 'abc');
  writeFileSync(join(folder, 'b c.parquet'), 'abc');
  return folder;
}

function broken(change) {
  const folder = mkdtempSync(join(tmpdir(), 'delta-check-'));
  try {
    change(table(folder));
    return checkTable(folder, 't').findings.join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a sound table has no findings', () => assert.equal(broken(() => {}), ''));
test('a missing file', () => assert.match(broken(folder => rmSync(join(folder, 'b c.parquet'))), /b c\.parquet is not there/));
test('a truncated file', () => assert.match(broken(folder => writeFileSync(join(folder, 'b c.parquet'), 'ab')), /another length/));
test('a gap in the versions', () => assert.match(broken(folder => writeFileSync(join(folder, entry(3)), lines([{ commitInfo: {} }]))), /version 2 is missing/));
test('half an entry', () => assert.match(broken(folder => writeFileSync(join(folder, entry(2)), '{"commitInfo"')), /cannot be read/));
test('a file that is added twice', () => assert.match(broken(folder => writeFileSync(join(folder, entry(2)), lines([{ commitInfo: {} }, add('b%20c.parquet')]))), /adds b c\.parquet again/));
test('a file that is removed twice', () => assert.match(broken(folder => writeFileSync(join(folder, entry(2)), lines([{ commitInfo: {} }, { remove: { path: 'a.parquet' } }]))), /not in the table/));
test('a run that is committed twice', () => assert.match(broken(folder => writeFileSync(join(folder, entry(2)), lines([{ commitInfo: {} }, { txn: { appId: 'run:2', version: 2 } }]))), /committed twice/));
test('a file that no version names', () => assert.match(broken(folder => writeFileSync(join(folder, 'x.parquet'), 'abc')), /no version names x\.parquet/));
test('a file that was left over', () => assert.match(broken(folder => writeFileSync(join(folder, '.dgtmp-1'), '')), /left over/));
test('a run that never ended, and its staged files', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'delta-check-'));
  try {
    table(join(workspace, 'tables', 'gold', 'one'));
    mkdirSync(join(workspace, 'runs', 'r1', 'staging'), { recursive: true });
    writeFileSync(join(workspace, 'runs', 'r1', 'staging', 'f.parquet'), '');
    writeFileSync(join(workspace, 'runs', 'r1', 'run.json'), '{"status":"running"}');
    assert.deepEqual(checkWorkspace(workspace), { findings: ['run r1 left staged files', 'run r1 never ended: running'], versions: { 'gold.one': 2 }, ends: { running: 1 } });
  } finally {
    rmSync(workspace, { recursive: true });
  }
});
