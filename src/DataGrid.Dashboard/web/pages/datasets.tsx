import type { DatasetKind, DatasetSummary, PageOfPipelineSummary } from '#schema';
import { all, part } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { ago, bytes, compact, time } from '../format';
import { Link, useQueryValue } from '../router';
import { Empty, PageHead, Panel, Show } from '../ui/parts';

const kinds: ReadonlyArray<DatasetKind> = ['table', 'view', 'source', 'quarantine'];
const MostShown = 300;

export default function DatasetsPage() {
  const [text, setText] = useQueryValue('q');
  const [kind, setKind] = useQueryValue('kind');
  const [pipeline, setPipeline] = useQueryValue('pipeline');
  const pipelines = useApi<PageOfPipelineSummary>('pipelines?limit=200');
  const query = [kind && `kind=${kind}`, pipeline && `pipeline=${part(pipeline)}`].filter(Boolean).join('&');
  const datasets = useLoad(`datasets?${query}`, (signal) => all<DatasetSummary>(`datasets${query ? `?${query}` : ''}`, 10_000, signal), 15_000);
  return (
    <>
      <PageHead title="Datasets" />
      <div class="filters">
        <input type="search" placeholder="Search by name, description or owner" aria-label="Search datasets" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <select aria-label="Kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)}><option value="">Every kind</option>{kinds.map((one) => <option key={one} value={one}>{one}</option>)}</select>
        <select aria-label="Pipeline" value={pipeline} onChange={(event) => setPipeline(event.currentTarget.value)}><option value="">All pipelines</option>{pipelines.data?.items.map((one) => <option key={one.pipeline} value={one.pipeline}>{one.pipeline}</option>)}</select>
      </div>
      <Panel><Show of={datasets}>{(list) => <List found={search(list, text, kind)} />}</Show></Panel>
    </>
  );
}

/** Every word must occur; what is held back shows only when it is asked for. */
function search(list: ReadonlyArray<DatasetSummary>, text: string, kind: string): ReadonlyArray<DatasetSummary> {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((one) => (kind !== '' || one.kind !== 'quarantine') && wanted.every((word) => `${one.name} ${one.description ?? ''} ${one.owner ?? ''}`.toLowerCase().includes(word)));
}

function List({ found }: { found: ReadonlyArray<DatasetSummary> }) {
  if (found.length === 0) return <Empty icon="datasets" title="No datasets of that kind or name" />;
  return (
    <div class="table">
      <table class="cards">
        <thead><tr><th>Dataset</th><th>Kind</th><th>Pipeline</th><th class="number">Rows</th><th class="number">Size</th><th class="number">Version</th><th>Updated</th></tr></thead>
        <tbody>{found.slice(0, MostShown).map((one) => (
          <tr key={one.name}>
            <td><Link to={`/datasets/${part(one.name)}`} class="name">{one.name}</Link><div class="note">{one.description}</div></td>
            <td data-label="Kind"><span class="tag">{one.kind}</span></td>
            <td data-label="Pipeline">{one.pipeline && <Link to={`/pipelines/${part(one.pipeline)}`}>{one.pipeline}</Link>}</td>
            <td class="number" data-label="Rows">{one.rows == null ? '' : compact(one.rows)}</td>
            <td class="number" data-label="Size">{one.bytes == null ? '' : bytes(one.bytes)}</td>
            <td class="number" data-label="Version">{one.version ?? ''}</td>
            <td class="nowrap" data-label="Updated" title={time(one.updatedAt)}>{one.updatedAt ? ago(one.updatedAt) : ''}</td>
          </tr>
        ))}</tbody>
      </table>
      {found.length > MostShown && <p class="empty">and {found.length - MostShown} more: search for a part of their names</p>}
    </div>
  );
}
