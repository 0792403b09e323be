import { useEffect } from 'preact/hooks';
import type { DatasetSummary, PageOfPipelineSummary, PageOfRunView, RunView, StepRecord } from '#schema';
import { all, get, part } from '../api/client';
import { follow } from '../api/live';
import { useApi, useLoad } from '../api/use';
import { ago, between, bytes, compact, count, duration, plural, shortRun, time } from '../format';
import { Link } from '../router';
import { useMay } from '../session';
import { Icon } from '../ui/icons';
import { Empty, PageHead, Panel, Show, Stat, Stats, Trouble } from '../ui/parts';
import { checkTone, CheckPill, Status, toneOf } from '../ui/status';

const BusyEveryMs = 2000;
const CalmEveryMs = 5000;
const MostTicks = 30;
const MostFollowed = 2;

export function OverviewPage() {
  const runs = useApi<PageOfRunView>('runs?limit=100', CalmEveryMs);
  const pipelines = useApi<PageOfPipelineSummary>('pipelines?limit=200', CalmEveryMs * 2);
  const mayStart = useMay('editor');
  if (pipelines.data?.items.length === 0 && runs.data?.items.length === 0) return <Welcome mayStart={mayStart} />;
  return (
    <>
      <PageHead title="Overview">{mayStart && <Link to="/start" class="button"><Icon name="plus" size={14} />New pipeline</Link>}</PageHead>
      <Trouble problem={pipelines.problem} />
      <Show of={runs}>{(page) => <Body runs={page.items} pipelines={pipelines.data} onEnd={runs.reload} />}</Show>
    </>
  );
}

function Welcome({ mayStart }: { mayStart: boolean }) {
  return (
    <>
      <PageHead title="Overview" />
      <div class="panel">
        <Empty icon="pipelines" title="No pipelines yet">
          <p>A pipeline is a folder of SQL files. DataGrid finds their order, runs them, checks every row and publishes the tables together.</p>
          {mayStart ? <Link to="/start" class="button primary"><Icon name="plus" size={14} />Start with an example or your own folder</Link> : <p>Somebody with the role editor can submit one.</p>}
        </Empty>
      </div>
    </>
  );
}

interface Latest {
  readonly datasets: ReadonlyArray<DatasetSummary>;
  readonly steps: ReadonlyArray<StepRecord & { readonly run: string }>;
}

function Body({ runs, pipelines, onEnd }: { runs: ReadonlyArray<RunView>; pipelines: PageOfPipelineSummary | undefined; onEnd: () => void }) {
  const active = runs.filter((run) => !run.endedAt);
  const failed = runs.filter((run) => ['failed', 'abandoned', 'partially_published'].includes(run.status)).slice(0, 6);
  const newest = [...new Map(runs.filter((run) => run.endedAt).toReversed().map((run) => [run.pipeline, run])).values()];
  const latest = useLoad(`overview ${newest.map((run) => run.run).join(' ')}`, (signal) => readLatest(newest, signal));
  const day = runs.filter((run) => Date.now() - Date.parse(run.startedAt) < 86_400_000);
  const good = day.filter((run) => run.status === 'succeeded').length;
  const ended = day.filter((run) => run.endedAt).length;
  const checks = latest.data?.steps.flatMap((step) => (step.checks ?? []).map((check) => ({ check, step }))) ?? [];
  const found = checks.filter(({ check }) => checkTone(check) !== 'good');
  const tables = latest.data?.datasets.filter((dataset) => dataset.kind === 'table') ?? [];
  const sick = newest.filter((run) => run.status !== 'succeeded' && run.status !== 'cancelled').length;
  return (
    <>
      <Stats>
        <Stat label="Health" value={sick === 0 ? 'All well' : `${sick} of ${newest.length} failing`} tone={sick === 0 ? 'good' : 'bad'} note={plural(pipelines?.items.length ?? newest.length, 'pipeline')} />
        <Stat label="Running now" value={count(active.length)} note={active.some((run) => run.status === 'queued') ? `${active.filter((run) => run.status === 'queued').length} waiting` : 'none waiting'} />
        <Stat label="Runs in 24 hours" value={count(day.length)} note={ended > 0 ? `${Math.round((good / ended) * 100)} % succeeded` : 'none ended'} />
        <Stat label="Checks" value={`${count(checks.length - found.length)} / ${count(checks.length)}`} note="passed in the last runs" tone={found.some(({ check }) => checkTone(check) === 'bad') ? 'bad' : ''} />
        <Stat label="Tables" value={count(tables.length)} note={`${compact(sum(tables, 'rows'))} rows, ${bytes(sum(tables, 'bytes'))}`} />
      </Stats>
      <Trouble problem={latest.problem} />
      {active.length > 0 && <Panel title="Running now"><ul class="row-list">{active.map((run, index) => <Running key={run.run} id={run.run} follows={index < MostFollowed} onEnd={onEnd} />)}</ul></Panel>}
      <div class="columns">
        <Panel title="Pipelines"><ul class="row-list">{newest.length + active.length === 0 ? <Empty title="No runs yet" /> : pipelines?.items.map((one) => <PipelineLine key={one.pipeline} name={one.pipeline} paused={one.isPaused ?? false} runs={runs.filter((run) => run.pipeline === one.pipeline)} />)}</ul></Panel>
        <Panel title="Recent failures">{failed.length === 0 ? <Empty icon="check" title="No failures" /> : <ul class="row-list">{failed.map((run) => <Failure key={run.run} run={run} />)}</ul>}</Panel>
        <Panel title="Freshness" note="oldest tables first">{tables.length === 0 ? <Empty title="No tables yet" /> : <Freshness tables={tables} />}</Panel>
        <Panel title="What the checks found" note="in each pipeline's last run">{found.length === 0 ? <Empty icon="check" title={checks.length === 0 ? 'No checks yet' : 'Every check passed'} /> : (
          <ul class="row-list">{found.slice(0, 10).map(({ check, step }) => (
            <li key={`${step.name} ${check.name}`}><div class="grow"><Link to={`/datasets/${part(step.name)}?tab=checks`} class="name">{step.name}</Link><span class="note">{check.name}: {check.detail ?? `${count(check.failedRows)} of ${count(check.checkedRows)} rows`}</span></div><CheckPill check={check} /></li>
          ))}</ul>)}</Panel>
      </div>
    </>
  );
}

const sum = (tables: ReadonlyArray<DatasetSummary>, what: 'rows' | 'bytes'): number => tables.reduce((total, table) => total + (table[what] ?? 0), 0);

async function readLatest(newest: ReadonlyArray<RunView>, signal: AbortSignal): Promise<Latest> {
  const [datasets, ...details] = await Promise.all([all<DatasetSummary>('datasets', 2000, signal), ...newest.slice(0, 20).map((run) => get<RunView>(`runs/${part(run.run)}`, signal))]);
  return { datasets, steps: details.flatMap((run) => (run.steps ?? []).map((step) => ({ ...step, run: run.run }))) };
}

/** The first few are followed by their events; a browser has few connections to spare. */
function Running({ id, follows, onEnd }: { id: string; follows: boolean; onEnd: () => void }) {
  const view = useApi<RunView>(`runs/${part(id)}`, follows ? 0 : BusyEveryMs);
  const run = view.data;
  useEffect(() => {
    if (!follows) return;
    const stop = new AbortController();
    void follow(id, { events: view.reload, progress: () => undefined, ended: onEnd, failed: () => undefined }, stop.signal);
    return () => stop.abort();
  }, [id, follows]);
  if (!run) return null;
  const done = (run.steps ?? []).filter((step) => ['staged', 'published', 'skipped'].includes(step.status)).length;
  const many = run.steps?.length ?? 0;
  return (
    <li>
      <Status status={run.status} />
      <div class="grow"><Link to={`/runs/${part(run.run)}`} class="name">{run.pipeline}</Link><span class="note">{many > 0 ? `${done} of ${many} steps` : 'not begun'} · {duration(between(run.startedAt, run.endedAt))}</span>
        <div class="progress" role="progressbar" aria-label={`Steps of ${run.pipeline}`} aria-valuenow={done} aria-valuemin={0} aria-valuemax={many}><i style={{ width: `${many > 0 ? (done / many) * 100 : 0}%` }} /></div></div>
    </li>
  );
}

function PipelineLine({ name, paused, runs }: { name: string; paused: boolean; runs: ReadonlyArray<RunView> }) {
  const last = runs[0];
  return (
    <li>
      <div class="grow"><Link to={`/pipelines/${part(name)}`} class="name">{name}</Link>{paused && <span class="tag">paused</span>}<span class="note">{last ? `${ago(last.startedAt)} · ${duration(between(last.startedAt, last.endedAt))}` : 'has not run'}</span></div>
      <RunTicks runs={runs} />
      {last && <Status status={last.status} />}
    </li>
  );
}

/** The last runs as bars: as high as they took long, as coloured as they ended. */
export function RunTicks({ runs }: { runs: ReadonlyArray<RunView> }) {
  const shown = runs.slice(0, MostTicks).toReversed();
  const longest = Math.max(1, ...shown.map((run) => between(run.startedAt, run.endedAt)));
  return (
    <div class="ticks">
      {shown.map((run) => (
        <Link key={run.run} to={`/runs/${part(run.run)}`} class={toneOf(run.status)} style={{ height: `${Math.max(18, (between(run.startedAt, run.endedAt) / longest) * 100)}%` }}
          title={`${time(run.startedAt)}: ${run.status}, ${duration(between(run.startedAt, run.endedAt))}`} aria-label={`run ${shortRun(run.run)}: ${run.status}`} />
      ))}
    </div>
  );
}

function Failure({ run }: { run: RunView }) {
  return (
    <li>
      <div class="grow"><Link to={`/runs/${part(run.run)}`} class="name">{run.pipeline}</Link> <span class="muted">{ago(run.startedAt)}</span><span class="note">{run.problem?.message ?? 'see the run'}</span></div>
      <Status status={run.status} />
    </li>
  );
}

function Freshness({ tables }: { tables: ReadonlyArray<DatasetSummary> }) {
  const oldest = tables.filter((table) => table.updatedAt).toSorted((a, b) => Date.parse(a.updatedAt!) - Date.parse(b.updatedAt!)).slice(0, 10);
  return (
    <ul class="row-list">{oldest.map((table) => (
      <li key={table.name}><Link to={`/datasets/${part(table.name)}`} class="name grow">{table.name}</Link><span class="muted nowrap">{compact(table.rows)} rows</span><span class="nowrap" title={time(table.updatedAt)}>{ago(table.updatedAt)}</span></li>
    ))}</ul>
  );
}
