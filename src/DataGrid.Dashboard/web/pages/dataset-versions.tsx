import { useState } from 'preact/hooks';
import type { ColumnSpec, DatasetDetail, DatasetProfile, DatasetRolledBack, DatasetSchema, DatasetVersion, PageOfDatasetVersion } from '#schema';
import { get, once, part, post } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { ago, bytes, count, shortRun, time } from '../format';
import { Link } from '../router';
import { useMay } from '../session';
import { ActionButton, Dialog, Panel, Show } from '../ui/parts';

/** The versions; two that are chosen are shown beside each other. */
export function VersionsTab({ detail }: { detail: DatasetDetail }) {
  const name = detail.summary.name;
  const versions = useApi<PageOfDatasetVersion>(`datasets/${part(name)}/versions?limit=100`);
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState<number | null>(null);
  const [back, setBack] = useState<DatasetVersion | null>(null);
  const mayRollBack = useMay('operator') && detail.summary.kind === 'table';
  return (
    <Show of={versions}>{(page) => {
      const newest = page.items[0]?.version ?? 0;
      const left = from ?? page.items[1]?.version ?? null;
      const right = to ?? newest;
      return (
        <div class="stack">
          <Panel><div class="table"><table class="cards"><thead><tr><th>Version</th><th>Beside</th><th>Made</th><th>How</th><th>Run</th><th class="number">Rows added</th><th class="number">Files</th><th class="number">Size added</th><th>Made from</th><th><span class="hidden-text">Actions</span></th></tr></thead><tbody>
            {page.items.map((one) => (
              <tr key={one.version}>
                <td class="name">{one.version}</td>
                <td data-label="Beside" class="nowrap"><label class="inline"><input type="radio" name="from" aria-label={`Compare from ${one.version}`} checked={one.version === left} onChange={() => setFrom(one.version)} /></label> <label class="inline"><input type="radio" name="to" aria-label={`Compare to ${one.version}`} checked={one.version === right} onChange={() => setTo(one.version)} /></label></td>
                <td class="nowrap" data-label="Made" title={time(one.at)}>{ago(one.at)}</td><td data-label="How">{one.operation}</td>
                <td data-label="Run">{one.run && <Link to={`/runs/${part(one.run)}`} class="mono">{shortRun(one.run)}</Link>}</td>
                <td class="number" data-label="Rows added">{count(one.rowsAdded)}</td><td class="number" data-label="Files">+{one.filesAdded ?? 0} −{one.filesRemoved ?? 0}</td><td class="number" data-label="Size added">{bytes(one.bytesAdded)}</td>
                <td data-label="Made from">{(one.inputs ?? []).map((input) => `${input.dataset}${input.version == null ? '' : ` @ ${input.version}`}`).join(', ')}</td>
                <td>{mayRollBack && one.version !== newest && <button type="button" onClick={() => setBack(one)}>Roll back…</button>}</td>
              </tr>
            ))}
          </tbody></table></div></Panel>
          {left !== null && left !== right && <Difference name={name} from={left} to={right} />}
          {back && <RollBack name={name} version={back.version} newest={newest} onClose={() => setBack(null)} onDone={versions.reload} />}
        </div>
      );
    }}</Show>
  );
}

interface Sides {
  readonly schemas: readonly [DatasetSchema, DatasetSchema];
  readonly profiles: readonly [DatasetProfile, DatasetProfile];
}

function Difference({ name, from, to }: { name: string; from: number; to: number }) {
  const sides = useLoad(`difference ${name} ${from} ${to}`, async (signal): Promise<Sides> => {
    const at = <T,>(what: string, version: number) => get<T>(`datasets/${part(name)}/${what}?version=${version}`, signal);
    const [a, b, c, d] = await Promise.all([at<DatasetSchema>('schema', from), at<DatasetSchema>('schema', to), at<DatasetProfile>('profile', from), at<DatasetProfile>('profile', to)]);
    return { schemas: [a, b], profiles: [c, d] };
  });
  return (
    <Panel title={`Version ${from} beside ${to}`}><Show of={sides}>{({ schemas, profiles }) => (
      <div class="table"><table class="cards"><thead><tr><th>Column</th><th>Type</th><th class="number">Nulls</th><th class="number">Different values</th><th>Least</th><th>Greatest</th></tr></thead><tbody>
        <tr><td class="name">rows</td><td /><td class="number" colSpan={4}><Change old={count(profiles[0].rows)} now={count(profiles[1].rows)} /></td></tr>
        {names(schemas).map((column) => {
          const [old, now] = schemas.map((schema) => schema.columns.find((one: ColumnSpec) => one.name === column));
          const [before, after] = profiles.map((profile) => profile.columns.find((one) => one.name === column));
          return (
            <tr key={column}><td class={old ? (now ? 'name' : 'name diff-gone') : 'name diff-add'}>{old ? (now ? '' : '− ') : '+ '}{column}</td><td data-label="Type" class="mono"><Change old={old?.type} now={now?.type} /></td>
              <td class="number" data-label="Nulls"><Change old={before && count(before.nulls)} now={after && count(after.nulls)} /></td><td class="number" data-label="Different"><Change old={before && count(before.distinct)} now={after && count(after.distinct)} /></td>
              <td data-label="Least"><Change old={before?.min} now={after?.min} /></td><td data-label="Greatest"><Change old={before?.max} now={after?.max} /></td></tr>
          );
        })}
      </tbody></table></div>
    )}</Show></Panel>
  );
}

const names = (schemas: readonly [DatasetSchema, DatasetSchema]): string[] => [...new Set(schemas.toReversed().flatMap((schema) => schema.columns.map((column) => column.name)))];

function Change({ old, now }: { old: string | null | undefined; now: string | null | undefined }) {
  if (old === now) return <span class="muted">{now}</span>;
  return <span>{old && <del class="diff-gone">{old}</del>} {now && <ins class="diff-add">{now}</ins>}</span>;
}

function RollBack({ name, version, newest, onClose, onDone }: { name: string; version: number; newest: number; onClose: () => void; onDone: () => void }) {
  const would = useLoad(`rollback ${name} ${version} ${newest}`, () => post<DatasetRolledBack>(`datasets/${part(name)}/rollback`, { version, dryRun: true }, once()));
  const act = async () => {
    await post(`datasets/${part(name)}/rollback`, { version }, { ...once(), 'If-Match': `"${newest}"` });
    onDone();
    onClose();
  };
  return (
    <Dialog title={`Roll ${name} back to version ${version}?`} onClose={onClose}>
      <div class="body"><p>The table gets a new version with what it held at version {version}. Nothing is deleted; you can come back.</p>
        <Show of={would}>{(found) => <p class="muted">{count(found.filesAdded)} files come back, {count(found.filesRemoved)} go, {bytes(found.bytesRemoved)} less.</p>}</Show></div>
      <footer><button type="button" onClick={onClose}>Cancel</button><ActionButton class="primary" act={act}>Roll back</ActionButton></footer>
    </Dialog>
  );
}
