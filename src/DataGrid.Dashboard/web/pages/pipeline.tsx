import { useState } from 'preact/hooks';
import type { PageOfPipelineVersion, PageOfRunView, PipelineDetail, PlanReport, RunView } from '#schema';
import { once, part, post } from '../api/client';
import { useApi } from '../api/use';
import { bytes, count, plural, time, words } from '../format';
import { StepGraph } from '../graph/steps';
import { Link, navigate, useQueryValue } from '../router';
import { useMay } from '../session';
import { Icon } from '../ui/icons';
import { ActionButton, Dialog, Empty, One, PageHead, Panel, Show, Tabs, Trouble } from '../ui/parts';
import { Pill } from '../ui/status';
import { RunTable } from './runs';

export default function PipelinePage({ name }: { name: string }) {
  const detail = useApi<PipelineDetail>(`pipelines/${part(name)}`, 10_000);
  const [tab, setTab] = useQueryValue('tab', 'graph');
  const [starts, setStarts] = useState(false);
  const mayRun = useMay('editor');
  const mayPause = useMay('operator');
  const paused = detail.data?.summary.isPaused ?? false;
  return (
    <>
      <PageHead title={name} crumbs={<Link to="/pipelines">Pipelines</Link>} pills={<>{paused && <Pill tone="warn" icon="pause">paused</Pill>}{detail.data?.summary.activeRun && <Link to={`/runs/${part(detail.data.summary.activeRun)}`}><Pill tone="busy" icon="play">running</Pill></Link>}</>}>
        {mayPause && detail.data && <ActionButton icon={paused ? 'play' : 'pause'} act={async () => { await post(`pipelines/${part(name)}/${paused ? 'resume' : 'pause'}`); detail.reload(); }}>{paused ? 'Resume' : 'Pause'}</ActionButton>}
        {mayRun && <Link class="button" to="/start"><Icon name="folder" size={14} />New version</Link>}
        {mayRun && detail.data && <button type="button" class="primary" disabled={paused} onClick={() => setStarts(true)}><Icon name="play" size={14} />Run…</button>}
      </PageHead>
      <Show of={detail}>{(one) => (
        <>
          {one.summary.description && <p class="muted">{one.summary.description}</p>}
          <Tabs label="About the pipeline" at={tab} onChange={setTab} tabs={[{ id: 'graph', label: 'Graph' }, { id: 'runs', label: 'Runs' }, { id: 'steps', label: 'Steps' }, { id: 'plan', label: 'Plan' }, { id: 'versions', label: 'Versions' }]} />
          {(one.warnings?.length ?? 0) > 0 && <Panel title="Warnings"><div class="body">{one.warnings!.map((warning) => <One key={warning.message} code={warning.code} message={warning.message} help={warning.help} />)}</div></Panel>}
          {tab === 'graph' && <Graph detail={one} />}
          {tab === 'runs' && <Runs name={name} />}
          {tab === 'steps' && <Steps detail={one} />}
          {tab === 'plan' && <Plan name={name} />}
          {tab === 'versions' && <Versions name={name} />}
          {starts && <StartDialog detail={one} onClose={() => setStarts(false)} />}
        </>
      )}</Show>
    </>
  );
}

function Graph({ detail }: { detail: PipelineDetail }) {
  const steps = (detail.steps ?? []).map((step) => ({ name: step.name, kind: step.materialization, reads: step.reads, sub: [step.materialization, step.checks ? plural(step.checks, 'check') : ''].filter(Boolean).join(' · ') }));
  return (
    <div class="stack">
      <Panel title="Graph"><StepGraph steps={steps} label={`Graph of ${detail.summary.pipeline}`} /></Panel>
      <div class="columns">
        <Panel title="About"><div class="body"><dl class="facts"><dt>Owner</dt><dd>{detail.summary.owner ?? '–'}</dd><dt>Steps</dt><dd>{count(detail.summary.steps)}</dd><dt>Submitted</dt><dd><code>{detail.summary.version?.slice(0, 12) ?? '–'}</code></dd><dt>In force</dt><dd><code>{detail.publishedVersion?.slice(0, 12) ?? 'none yet'}</code></dd></dl></div></Panel>
        <Panel title="Sources"><ul class="row-list">{(detail.sources ?? []).map((source) => <li key={source.name}><div class="grow"><Link to={`/datasets/${part(source.name)}`} class="name">{source.name}</Link><span class="note">{source.description}</span><span class="note mono">{source.files.join(', ')}</span></div><span class="tag">{source.format}</span></li>)}</ul></Panel>
        {(detail.parameters?.length ?? 0) > 0 && <Panel title="Parameters"><ul class="row-list">{detail.parameters!.map((one) => <li key={one.name}><code class="grow">${one.name}</code><span class="tag">{one.type}</span><span class="muted">{one.default ?? 'must be given'}</span></li>)}</ul></Panel>}
      </div>
    </div>
  );
}

function Runs({ name }: { name: string }) {
  const runs = useApi<PageOfRunView>(`runs?limit=100&pipeline=${part(name)}`, 3000);
  return <Panel><Show of={runs}>{(page) => (page.items.length === 0 ? <Empty icon="runs" title="It has not run yet" /> : <RunTable runs={page.items} withoutPipeline />)}</Show></Panel>;
}

function Steps({ detail }: { detail: PipelineDetail }) {
  return (
    <Panel><div class="table"><table class="cards"><thead><tr><th>Step</th><th>Stored as</th><th>Reads</th><th class="number">Checks</th><th>File</th></tr></thead><tbody>
      {(detail.steps ?? []).map((step) => (
        <tr key={step.name}><td><Link to={`/datasets/${part(step.name)}`} class="name">{step.name}</Link><div class="note">{step.description}</div></td><td data-label="Stored as"><span class="tag">{step.materialization}</span></td><td data-label="Reads">{step.reads.join(', ')}</td><td class="number" data-label="Checks">{count(step.checks)}</td><td class="mono" data-label="File">{step.file}</td></tr>
      ))}
    </tbody></table></div></Panel>
  );
}

function Plan({ name }: { name: string }) {
  const plan = useApi<PlanReport>(`pipelines/${part(name)}/plan`);
  return (
    <Panel title="What a run would do now"><Show of={plan}>{(report) => (
      <div class="table"><table class="cards"><thead><tr><th>Step</th><th>Stored as</th><th class="number">Version now</th><th>What would change</th><th class="number">To read</th></tr></thead><tbody>
        {report.steps.map((step) => (
          <tr key={step.name}><td class="name">{step.name}</td><td data-label="Stored as"><span class="tag">{step.materialization}</span></td><td class="number" data-label="Version now">{step.currentVersion ?? 'new'}</td>
            <td data-label="Changes"><div>{(step.schemaChanges ?? []).map((change) => <div key={change}>{change}</div>)}<span class="note">{(step.notes ?? []).join('; ')}</span></div></td><td class="number" data-label="To read">{step.sourceBytes == null ? '' : bytes(step.sourceBytes)}</td></tr>
        ))}
      </tbody></table></div>
    )}</Show></Panel>
  );
}

function Versions({ name }: { name: string }) {
  const versions = useApi<PageOfPipelineVersion>(`pipelines/${part(name)}/versions?limit=100`);
  return (
    <Panel><Show of={versions}>{(page) => (page.items.length === 0 ? <Empty title="No version was published yet" /> : (
      <div class="table"><table class="cards"><thead><tr><th>Version</th><th>Fingerprint</th><th>In force since</th><th>By run</th></tr></thead><tbody>
        {page.items.map((one) => <tr key={one.number}><td class="name">{one.number}</td><td class="mono" data-label="Fingerprint">{one.version.slice(0, 12)}</td><td data-label="Since">{time(one.at)}</td><td data-label="Run"><Link to={`/runs/${part(one.run)}`} class="mono">{one.run}</Link></td></tr>)}
      </tbody></table></div>
    ))}</Show></Panel>
  );
}

function StartDialog({ detail, onClose }: { detail: PipelineDetail; onClose: () => void }) {
  const [select, setSelect] = useState('');
  const [full, setFull] = useState(false);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [secret] = useState(once);
  const start = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const parameters = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      const run = await post<RunView>(`pipelines/${part(detail.summary.pipeline)}/runs`, { select: select.split(/[\s,]+/).filter(Boolean), fullRefresh: full, parameters }, problem === undefined ? secret : once());
      navigate(`/runs/${part(run.run)}`);
    } catch (fault) {
      setProblem(fault);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Run ${detail.summary.pipeline}`} onClose={onClose}>
      <form onSubmit={start}>
        <div class="body">
          <label>Steps<input value={select} onInput={(event) => setSelect(event.currentTarget.value)} placeholder="all" list="steps" /><small class="muted">A name, <code>+name</code> with what it reads, <code>name+</code> with what reads it</small></label>
          <datalist id="steps">{(detail.steps ?? []).map((step) => <option key={step.name} value={step.name} />)}</datalist>
          {(detail.parameters ?? []).map((one) => <label key={one.name}>{words(one.name)}<input value={values[one.name] ?? ''} placeholder={one.default ?? 'must be given'} onInput={(event) => setValues({ ...values, [one.name]: event.currentTarget.value })} /><small class="muted">{one.type}</small></label>)}
          <label class="row"><input type="checkbox" checked={full} onChange={(event) => setFull(event.currentTarget.checked)} />Let append and merge begin anew</label>
          <Trouble problem={problem} />
        </div>
        <footer><button type="button" onClick={onClose}>Cancel</button><button type="submit" class="primary" disabled={busy}>Start the run</button></footer>
      </form>
    </Dialog>
  );
}
