import { useState } from 'preact/hooks';
import type { DatasetDetail, DatasetSummary, LineageImpact, PageOfPartitionSummary, ResultDocument } from '#schema';
import { all, ApiPath, key, part, send } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { ago, bytes, compact, count, plural, time } from '../format';
import { Link, useQueryValue } from '../router';
import { Icon } from '../ui/icons';
import { ActionButton, Empty, PageHead, Panel, Show, Stat, Stats, Tabs } from '../ui/parts';
import { Grid } from '../ui/grid';
import { fetchToDisk, save } from '../ui/save';
import { ChecksTab } from './dataset-checks';
import { ProfileTab } from './dataset-profile';
import { VersionsTab } from './dataset-versions';

const PreviewRows = 100;

export default function DatasetPage({ name }: { name: string }) {
  const detail = useApi<DatasetDetail>(`datasets/${part(name)}`, 15_000);
  const [tab, setTab] = useQueryValue('tab', 'schema');
  return <Show of={detail}>{(one) => <Dataset detail={one} tab={tab} setTab={setTab} />}</Show>;
}

function Dataset({ detail, tab, setTab }: { detail: DatasetDetail; tab: string; setTab: (tab: string) => void }) {
  const { summary } = detail;
  const name = summary.name;
  const isStored = summary.kind === 'table' || summary.kind === 'quarantine';
  const readable = isStored || summary.kind === 'view';
  const failing = (detail.checks ?? []).filter((check) => !(check.passed ?? check.failedRows === 0));
  return (
    <>
      <PageHead title={name} crumbs={<Link to="/datasets">Datasets</Link>} pills={<><span class="tag accent">{summary.kind}</span>{(detail.tags ?? []).map((tag) => <span key={tag} class="tag">{tag}</span>)}</>}>
        <Link class="button" to={`/lineage?target=${part(name)}`}><Icon name="lineage" size={14} />Lineage</Link>
        {readable && <Link class="button" to={`/sql?sql=${part(`select * from ${name} limit 100`)}`}><Icon name="sql" size={14} />Query</Link>}
      </PageHead>
      {summary.description && <p class="muted">{summary.description}</p>}
      <Stats>
        <Stat label="Rows" value={compact(summary.rows)} note={summary.rows == null ? undefined : count(summary.rows)} />
        <Stat label="Size" value={bytes(summary.bytes)} note={summary.files == null ? undefined : plural(summary.files, 'file')} />
        <Stat label="Updated" value={summary.updatedAt ? ago(summary.updatedAt) : '–'} note={summary.version == null ? undefined : `version ${summary.version}`} />
        <Stat label="Checks" value={`${(detail.checks?.length ?? 0) - failing.length} / ${detail.checks?.length ?? 0}`} note="passed" tone={failing.some((check) => check.otherwise === 'fail') ? 'bad' : failing.length > 0 ? 'warn' : ''} />
        <Stat label="In quarantine" value={detail.quarantinedRows == null ? '–' : <Link to={`/datasets/${part(`${name}__quarantine`)}?tab=preview`}>{count(detail.quarantinedRows)}</Link>} />
      </Stats>
      <Tabs label="About the dataset" at={tab} onChange={setTab} tabs={[
        { id: 'schema', label: <>Schema <span class="count">{detail.columns.length}</span></> },
        ...(readable ? [{ id: 'preview', label: 'Preview' }, { id: 'profile', label: 'Profile' }] : []),
        { id: 'checks', label: 'Checks' },
        ...((detail.partitionBy?.length ?? 0) > 0 ? [{ id: 'partitions', label: 'Partitions' }] : []),
        ...(isStored ? [{ id: 'versions', label: 'Versions' }] : []),
        { id: 'readers', label: 'Who reads it' },
        ...(detail.sql ? [{ id: 'sql', label: 'SQL' }] : []),
      ]} />
      {tab === 'schema' && <Schema detail={detail} />}
      {tab === 'preview' && <Preview name={name} />}
      {tab === 'profile' && <ProfileTab name={name} />}
      {tab === 'checks' && <ChecksTab detail={detail} />}
      {tab === 'partitions' && <Partitions name={name} columns={detail.partitionBy ?? []} />}
      {tab === 'versions' && <VersionsTab detail={detail} />}
      {tab === 'readers' && <Readers name={name} reads={detail.reads ?? []} />}
      {tab === 'sql' && <Panel><div class="body"><pre tabIndex={0}>{detail.sql}</pre></div></Panel>}
    </>
  );
}

function Schema({ detail }: { detail: DatasetDetail }) {
  const { summary } = detail;
  return (
    <div class="columns wide-first">
      <Panel>
        <div class="table"><table><thead><tr><th>Column</th><th>Type</th><th>Description</th><th><span class="hidden-text">Lineage</span></th></tr></thead><tbody>
          {detail.columns.map((column) => (
            <tr key={column.name}>
              <td class="name">{column.name} {detail.partitionBy?.includes(column.name) && <span class="tag">partition</span>} {detail.keys?.includes(column.name) && <span class="tag accent">key</span>}</td>
              <td class="mono">{column.type}</td><td class="muted">{column.description}</td>
              <td><Link to={`/lineage?target=${part(`${summary.name}.${column.name}`)}`} aria-label={`Lineage of ${column.name}`}><Icon name="lineage" size={14} /></Link></td>
            </tr>
          ))}
        </tbody></table></div>
      </Panel>
      <Panel title="About"><div class="body"><dl class="facts">
        <dt>Owner</dt><dd>{summary.owner ?? '–'}</dd>
        <dt>Pipeline</dt><dd>{summary.pipeline ? <Link to={`/pipelines/${part(summary.pipeline)}`}>{summary.pipeline}</Link> : '–'}</dd>
        <dt>Reads</dt><dd>{(detail.reads?.length ?? 0) === 0 ? '–' : detail.reads!.map((one) => <div key={one}><Link to={`/datasets/${part(one)}`}>{one}</Link></div>)}</dd>
        {summary.updatedAt && <><dt>Updated</dt><dd>{time(summary.updatedAt)}</dd></>}
        {detail.location && <><dt>Files</dt><dd class="mono">{detail.location}</dd></>}
      </dl></div></Panel>
    </div>
  );
}

function Preview({ name }: { name: string }) {
  const rows = useApi<ResultDocument>(`datasets/${part(name)}/preview?limit=${PreviewRows}`);
  const download = (format: string, type: string) => async () => {
    const address = `datasets/${part(name)}/rows?format=${format}`;
    // A header cannot go along with a link: with a key the rows pass through the page's memory.
    if (key.get() === null) fetchToDisk(`${ApiPath}/${address}`, `${name}.${format}`);
    else save(await (await send(address, { accept: type })).blob(), `${name}.${format}`);
  };
  return (
    <Panel title="First rows" note={rows.data?.isTruncated ? `the first ${rows.data.rowCount}` : undefined} actions={<><ActionButton icon="down" act={download('csv', 'text/csv')}>CSV</ActionButton><ActionButton icon="down" act={download('parquet', 'application/vnd.apache.parquet')}>Parquet</ActionButton></>}>
      <Show of={rows}>{(page) => (page.rows.length === 0 ? <Empty title="There are no rows" /> : <Grid result={page} label={`First rows of ${name}`} />)}</Show>
    </Panel>
  );
}

function Partitions({ name, columns }: { name: string; columns: ReadonlyArray<string> }) {
  const [most, setMost] = useState(200);
  const found = useApi<PageOfPartitionSummary>(`datasets/${part(name)}/partitions?limit=${most}`);
  return (
    <Panel><Show of={found}>{(page) => {
      const longest = Math.max(1, ...page.items.map((one) => one.rows ?? 0));
      return (
        <div class="table"><table><thead><tr>{columns.map((column) => <th key={column}>{column}</th>)}<th>Share</th><th class="number">Rows</th><th class="number">Size</th><th class="number">Files</th></tr></thead><tbody>
          {page.items.map((one) => <tr key={one.values.join()}>{one.values.map((value, index) => <td key={index} class="name">{value}</td>)}<td><span class="meter" aria-hidden="true"><i class="busy" style={{ width: `${((one.rows ?? 0) / longest) * 100}%` }} /></span></td><td class="number">{count(one.rows)}</td><td class="number">{bytes(one.bytes)}</td><td class="number">{count(one.files)}</td></tr>)}
        </tbody></table>{page.next && most < 200 && <button type="button" onClick={() => setMost(200)}>More</button>}</div>
      );
    }}</Show></Panel>
  );
}

function Readers({ name, reads }: { name: string; reads: ReadonlyArray<string> }) {
  const impact = useApi<LineageImpact>(`lineage/impact?target=${part(name)}`);
  const known = useLoad('finder datasets', (signal) => all<DatasetSummary>('datasets', 5000, signal));
  const descriptionOf = (dataset: string) => known.data?.find((one) => one.name === dataset)?.description;
  return (
    <div class="columns">
      <Panel title="Read by" note="what is made of it, nearest first"><Show of={impact}>{(found) => (found.datasets.length === 0 ? <Empty icon="lineage" title="Nothing reads it" /> : (
        <ul class="row-list">{found.datasets.map((one) => <li key={one.dataset}><div class="grow"><Link to={`/datasets/${part(one.dataset)}`} class="name">{one.dataset}</Link><span class="note">{descriptionOf(one.dataset)}</span>{one.values.length > 0 && <span class="note">values in {one.values.join(', ')}</span>}</div><span class="muted nowrap">{one.distance === 1 ? 'directly' : `${one.distance} steps away`}</span></li>)}</ul>
      ))}</Show></Panel>
      <Panel title="Reads">{reads.length === 0 ? <Empty title="It reads nothing of the workspace" /> : <ul class="row-list">{reads.map((one) => <li key={one}><div class="grow"><Link to={`/datasets/${part(one)}`} class="name">{one}</Link><span class="note">{descriptionOf(one)}</span></div></li>)}</ul>}</Panel>
    </div>
  );
}
