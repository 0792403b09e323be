import type { PageOfPipelineSummary, PageOfRunView, RunStatus, RunView } from '#schema';
import { useState } from 'preact/hooks';
import { get, part } from '../api/client';
import { useApi } from '../api/use';
import { ago, between, compact, count, duration, time, words } from '../format';
import { Link, useQueryValue } from '../router';
import { Empty, Meter, PageHead, Panel, Show } from '../ui/parts';
import { Status } from '../ui/status';

const states: ReadonlyArray<RunStatus> = ['queued', 'running', 'publishing', 'succeeded', 'failed', 'cancelled', 'partially_published', 'abandoned'];

export default function RunsPage() {
  const [status, setStatus] = useQueryValue('status');
  const [pipeline, setPipeline] = useQueryValue('pipeline');
  const pipelines = useApi<PageOfPipelineSummary>('pipelines?limit=200');
  const path = `runs?limit=50${status ? `&status=${status}` : ''}${pipeline ? `&pipeline=${part(pipeline)}` : ''}`;
  const runs = useApi<PageOfRunView>(path, 3000);
  return (
    <>
      <PageHead title="Runs" />
      <div class="filters">
        <select aria-label="Pipeline" value={pipeline} onChange={(event) => setPipeline(event.currentTarget.value)}><option value="">All pipelines</option>{pipelines.data?.items.map((one) => <option key={one.pipeline} value={one.pipeline}>{one.pipeline}</option>)}</select>
        <select aria-label="Status" value={status} onChange={(event) => setStatus(event.currentTarget.value)}><option value="">Every status</option>{states.map((one) => <option key={one} value={one}>{words(one)}</option>)}</select>
      </div>
      <Panel><Show of={runs}>{(page) => <RunPages key={path} path={path} first={page} />}</Show></Panel>
    </>
  );
}

function RunPages({ path, first }: { path: string; first: PageOfRunView }) {
  const [more, setMore] = useState<ReadonlyArray<PageOfRunView>>([]);
  const items = [...new Map([first, ...more].flatMap((page) => page.items).map((run) => [run.run, run])).values()];
  const next = (more.at(-1) ?? first).next;
  if (items.length === 0) return <Empty icon="runs" title="No runs here" />;
  return (
    <>
      <RunTable runs={items} />
      {next && <div class="empty"><button type="button" onClick={async () => setMore([...more, await get<PageOfRunView>(`${path}&cursor=${part(next)}`)])}>Older runs</button></div>}
    </>
  );
}

export function RunTable({ runs, withoutPipeline }: { runs: ReadonlyArray<RunView>; withoutPipeline?: boolean }) {
  return (
    <div class="table">
      <table class="cards">
        <thead><tr><th>Run</th>{!withoutPipeline && <th>Pipeline</th>}<th>Status</th><th>Steps</th><th class="number">Rows</th><th class="number">Quarantined</th><th>Started</th><th class="number">Took</th></tr></thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.run}>
              <td><Link to={`/runs/${part(run.run)}`} class="mono">{run.run}</Link>{run.problem && <div class="note">{run.problem.message}</div>}</td>
              {!withoutPipeline && <td data-label="Pipeline"><Link to={`/pipelines/${part(run.pipeline)}`}>{run.pipeline}</Link></td>}
              <td data-label="Status"><Status status={run.status} /></td>
              <td data-label="Steps"><StepMeter run={run} /></td>
              <td class="number" data-label="Rows">{compact(run.rows)}</td>
              <td class="number" data-label="Quarantined">{count(run.rowsQuarantined)}</td>
              <td class="nowrap" data-label="Started" title={time(run.startedAt)}>{ago(run.startedAt)}</td>
              <td class="number" data-label="Took">{duration(between(run.startedAt, run.endedAt))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StepMeter({ run }: { run: RunView }) {
  const of = (name: string) => run.stepCounts[name] ?? 0;
  const total = Object.values(run.stepCounts).reduce((all, one) => all + one, 0);
  const parts = [{ tone: 'good', value: of('published'), label: 'published' }, { tone: 'busy', value: of('staged') + of('running'), label: 'in work' }, { tone: 'bad', value: of('failed'), label: 'failed' }];
  return <Meter parts={parts} total={total} label={Object.entries(run.stepCounts).map(([name, many]) => `${many} ${name}`).join(', ')} />;
}
