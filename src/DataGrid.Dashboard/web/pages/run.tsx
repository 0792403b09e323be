import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import type { RunEvent, RunPlan, RunView, StepProgress, StepRecord } from '#schema';
import { once, part, post } from '../api/client';
import { follow } from '../api/live';
import { useApi } from '../api/use';
import { between, bytes, compact, count, duration, plural, time } from '../format';
import { StepGraph } from '../graph/steps';
import { Link, navigate, useQueryValue } from '../router';
import { useMay } from '../session';
import { ActionButton, Loading, One, PageHead, Panel, Show, Stat, Stats, Tabs, Trouble } from '../ui/parts';
import { Status, toneOf } from '../ui/status';
import { CompareTab, PublishedTab, QuarantineTab, StepPanel } from './run-parts';
import { Log, Timeline } from './run-timeline';

interface Live {
  readonly events: ReadonlyArray<RunEvent>;
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly progress: ReadonlyMap<string, StepProgress>;
  readonly isComplete: boolean;
  readonly problem: unknown;
}

type News = { readonly events: ReadonlyArray<RunEvent> } | { readonly progress: StepProgress } | { readonly problem: unknown } | 'ended' | 'start';

const nothing: Live = { events: [], steps: new Map(), progress: new Map(), isComplete: false, problem: undefined };

function fold(live: Live, news: News): Live {
  if (news === 'start') return nothing;
  if (news === 'ended') return { ...live, isComplete: true, progress: new Map() };
  if ('problem' in news) return { ...live, problem: news.problem };
  if ('progress' in news) return { ...live, progress: new Map(live.progress).set(news.progress.step, news.progress) };
  const steps = new Map(live.steps);
  const progress = new Map(live.progress);
  for (const told of news.events) {
    if (told.record) steps.set(told.record.name, told.record);
    if (told.step && told.kind !== 'step_started') progress.delete(told.step);
  }
  const last = live.events.at(-1)?.sequence ?? 0;
  return { ...live, events: [...live.events, ...news.events.filter((told) => told.sequence > last)], steps, progress };
}

export default function RunPage({ name }: { name: string }) {
  const run = useApi<RunView>(`runs/${part(name)}`);
  const [live, tell] = useReducer(fold, nothing);
  useEffect(() => {
    const stop = new AbortController();
    tell('start');
    void follow(name, {
      events: (events) => tell({ events }),
      progress: (progress) => tell({ progress }),
      ended: () => { tell('ended'); run.reload(); },
      failed: (problem) => tell({ problem }),
    }, stop.signal);
    return () => stop.abort();
  }, [name]);
  // A queued run comes to know its steps when it begins.
  const begun = live.events.some((told) => told.kind === 'run_started');
  useEffect(() => { if (begun) run.reload(); }, [begun]);
  return <Show of={run}>{(view) => <Run view={view} live={live} />}</Show>;
}

/** What the record says, made newer by what the events say. */
function merge(view: RunView, live: Live): ReadonlyArray<StepRecord> {
  const steps = view.steps ?? [];
  if (view.endedAt) return steps;
  const known = new Set(steps.map((step) => step.name));
  return [...steps.map((step) => live.steps.get(step.name) ?? step), ...[...live.steps.values()].filter((step) => !known.has(step.name))];
}

function Run({ view, live }: { view: RunView; live: Live }) {
  const [tab, setTab] = useQueryValue('tab', 'timeline');
  const [step, setStep] = useQueryValue('step');
  const plan = useApi<RunPlan>(`runs/${part(view.run)}/plan`);
  const steps = useMemo(() => merge(view, live), [view, live.steps]);
  const status = view.endedAt ? view.status : (live.events.at(-1)?.status ?? view.status);
  const active = !view.endedAt && !live.isComplete;
  const now = useNow(active);
  const published = steps.filter((one) => one.status === 'published' && one.version != null);
  const quarantined = steps.filter((one) => (one.rowsQuarantined ?? 0) > 0);
  const chosen = steps.find((one) => one.name === step);
  return (
    <>
      <Head view={view} status={status} active={active} />
      {live.problem !== undefined && <Trouble problem={live.problem} />}
      {view.problem && <div class="trouble" role="alert"><One code={view.problem.code} message={view.problem.message} place={view.problem.position?.file ?? null} excerpt={view.problem.excerpt} help={view.problem.help} /></div>}
      <p class="hidden-text" role="status">{`The run is ${status}`}</p>
      <Stats>
        <Stat label="Took" value={duration(between(view.startedAt, view.endedAt, now))} note={time(view.startedAt)} />
        <Stat label="Steps" value={`${count(steps.filter((one) => ['published', 'staged'].includes(one.status)).length)} / ${count(steps.length)}`} note={status === 'publishing' ? 'publishing' : plural(published.length, 'table') + ' published'} />
        <Stat label="Rows" value={compact(steps.reduce((sum, one) => sum + (one.rows ?? 0), 0))} note={`${bytes(steps.reduce((sum, one) => sum + (one.outputBytes ?? 0), 0))} written`} />
        <Stat label="Quarantined" value={count(steps.reduce((sum, one) => sum + (one.rowsQuarantined ?? 0), 0))} note={`${count(steps.reduce((sum, one) => sum + (one.rowsDropped ?? 0), 0))} dropped`} tone={quarantined.length > 0 ? 'warn' : ''} />
        <Stat label="Checks" {...checkStat(steps)} />
      </Stats>
      <Panel title="Graph" note={active ? 'live' : undefined}>
        {plan.data ? <StepGraph label="Graph of the run" chosen={step} onChoose={(name) => setStep(name === step ? '' : name)} steps={plan.data.steps.map((one) => {
          const record = steps.find((known) => known.name === one.name);
          const progress = live.progress.get(one.name)?.progress;
          return { name: one.name, kind: one.materialization, reads: one.reads, tone: record ? toneWithRows(record) : 'calm', sub: subOf(record, progress?.rows), percent: record?.status === 'running' ? (progress?.percent ?? 0) : null };
        })} /> : plan.isLoading ? <Loading /> : <div class="body"><Trouble problem={plan.problem} /></div>}
      </Panel>
      {chosen && <StepPanel step={chosen} sql={plan.data?.steps.find((one) => one.name === step)?.sql} onClose={() => setStep('')} />}
      <Tabs label="About the run" at={tab} onChange={setTab} tabs={[
        { id: 'timeline', label: 'Timeline' }, { id: 'logs', label: 'Logs' },
        { id: 'published', label: <>Published <span class="count">{published.length}</span></> },
        { id: 'quarantined', label: <>Quarantined <span class="count">{quarantined.length}</span></> },
        { id: 'compare', label: 'Compare' },
      ]} />
      <Panel>
        {tab === 'timeline' && <Timeline view={view} events={live.events} steps={steps} chosen={step} onChoose={(name) => setStep(name === step ? '' : name)} now={now} />}
        {tab === 'logs' && <Log events={live.events} run={view.run} />}
        {tab === 'published' && <PublishedTab steps={published} />}
        {tab === 'quarantined' && <QuarantineTab steps={quarantined} run={view.run} />}
        {tab === 'compare' && <CompareTab view={view} steps={steps} />}
      </Panel>
    </>
  );
}

function Head({ view, status, active }: { view: RunView; status: RunView['status']; active: boolean }) {
  const mayCancel = useMay('operator');
  const mayRun = useMay('editor');
  return (
    <PageHead title={view.run} crumbs={<><Link to="/runs">Runs</Link> / <Link to={`/pipelines/${part(view.pipeline)}`}>{view.pipeline}</Link></>}
      pills={<><Status status={status} />{view.fullRefresh && <span class="tag">full refresh</span>}{(view.selected?.length ?? 0) > 0 && <span class="tag" title={view.selected!.join(', ')}>{plural(view.selected!.length, 'step')} selected</span>}{Object.entries(view.parameters ?? {}).map(([name, value]) => <span key={name} class="tag">{name} = {value}</span>)}</>}>
      {active && mayCancel && <ActionButton icon="stop" class="danger" act={() => post(`runs/${part(view.run)}/cancel`, { reason: 'asked in the dashboard' })}>Cancel</ActionButton>}
      {!active && mayRun && view.status !== 'succeeded' && <ActionButton icon="retry" class="primary" act={async () => navigate(`/runs/${part((await post<RunView>(`runs/${part(view.run)}/retry`, undefined, once())).run)}`)}>Retry</ActionButton>}
      {!active && mayRun && view.status === 'succeeded' && <ActionButton icon="play" act={async () => navigate(`/runs/${part((await post<RunView>(`pipelines/${part(view.pipeline)}/runs`, { select: view.selected ?? [], parameters: view.parameters ?? {} }, once())).run)}`)}>Run again</ActionButton>}
    </PageHead>
  );
}

function toneWithRows(step: StepRecord): string {
  const tone = toneOf(step.status);
  const warns = (step.checks ?? []).some((check) => !(check.passed ?? check.failedRows === 0));
  return tone === 'good' && warns ? 'warn' : tone;
}

function subOf(step: StepRecord | undefined, rows: number | null | undefined): string {
  if (!step) return 'waiting';
  if (step.status === 'running') return rows ? `running · ${compact(rows)} rows` : 'running';
  if (step.note) return step.note;
  if (step.status === 'staged' || step.status === 'published') return `${compact(step.rows)} rows${step.rowsQuarantined ? ` · ${count(step.rowsQuarantined)} held back` : ''}`;
  return step.status;
}

function checkStat(steps: ReadonlyArray<StepRecord>): { value: string; note: string; tone: string } {
  const checks = steps.flatMap((step) => step.checks ?? []);
  const bad = checks.filter((check) => !(check.passed ?? check.failedRows === 0));
  return { value: `${checks.length - bad.length} / ${checks.length}`, note: 'passed', tone: bad.some((check) => check.otherwise === 'fail') ? 'bad' : '' };
}

/** The time, moving while something is under way. */
function useNow(moves: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!moves) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [moves]);
  return now;
}
