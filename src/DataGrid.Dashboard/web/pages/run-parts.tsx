import type { PageOfRunView, ResultDocument, RunView, StepRecord } from '#schema';
import { part, post } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { ago, bytes, compact, count, duration, span } from '../format';
import { Link } from '../router';
import { Icon } from '../ui/icons';
import { Empty, Loading, One, Panel, Show, Trouble } from '../ui/parts';
import { CheckPill, Status } from '../ui/status';
import { Grid } from '../ui/grid';

/** One step of a run: its numbers, its checks with rows that failed, its inputs, its SQL. */
export function StepPanel({ step, sql, onClose }: { step: StepRecord; sql: string | undefined; onClose: () => void }) {
  return (
    <Panel title={<Link to={`/datasets/${part(step.name)}`}>{step.name}</Link>} note={<Status status={step.status} />} actions={<button type="button" class="plain" aria-label="Close" onClick={onClose}><Icon name="close" /></button>}>
      <div class="body">
        {step.problem && <One code={step.problem.code} message={step.problem.message} place={step.problem.position ? [step.problem.position.file, step.problem.position.line].filter(Boolean).join(':') : null} excerpt={step.problem.excerpt} help={step.problem.help} />}
        <dl class="facts">
          <dt>Rows</dt><dd>{count(step.rows)} written, {count(step.rowsQuarantined)} quarantined, {count(step.rowsDropped)} dropped</dd>
          <dt>Size</dt><dd>{bytes(step.inputBytes)} read, {bytes(step.outputBytes)} written</dd>
          <dt>Took</dt><dd>{duration(span(step.elapsed))}{(step.attempts ?? 0) > 1 && `, ${step.attempts} attempts`}</dd>
          {step.version != null && <><dt>Version</dt><dd>{step.version}</dd></>}
          <dt>Made from</dt><dd>{(step.inputs ?? []).map((input) => `${input.dataset}${input.version == null ? '' : ` @ ${input.version}`}`).join(', ') || '–'}</dd>
        </dl>
        {(step.checks?.length ?? 0) > 0 && <Checks step={step} />}
        {sql && <details><summary>SQL</summary><pre tabIndex={0}>{sql}</pre></details>}
      </div>
    </Panel>
  );
}

function Checks({ step }: { step: StepRecord }) {
  return (
    <div class="table"><table><thead><tr><th>Check</th><th>Result</th><th class="number">Failed rows</th></tr></thead><tbody>
      {step.checks!.map((check) => (
        <tr key={check.name}>
          <td><div class="name">{check.name}</div>
            {(check.samples?.length ?? 0) > 0 && <details open={check.otherwise === 'fail'}><summary class="note">{check.detail ?? 'rows that failed'}</summary><div class="samples">{check.samples!.map((sample) => <pre key={sample}>{sample}</pre>)}</div></details>}</td>
          <td><CheckPill check={check} /></td><td class="number">{count(check.failedRows)} <span class="muted">of {compact(check.checkedRows)}</span></td>
        </tr>
      ))}
    </tbody></table></div>
  );
}

export function PublishedTab({ steps }: { steps: ReadonlyArray<StepRecord> }) {
  if (steps.length === 0) return <Empty icon="datasets" title="Nothing was published">A run publishes all its tables together, after every step has passed.</Empty>;
  return (
    <div class="table"><table class="cards"><thead><tr><th>Dataset</th><th class="number">Version</th><th class="number">Rows</th><th class="number">Size</th><th>Made from</th></tr></thead><tbody>
      {steps.map((step) => (
        <tr key={step.name}><td><Link to={`/datasets/${part(step.name)}`} class="name">{step.name}</Link></td><td class="number" data-label="Version">{step.version}</td><td class="number" data-label="Rows">{count(step.rows)}</td><td class="number" data-label="Size">{bytes(step.outputBytes)}</td>
          <td data-label="Made from">{(step.inputs ?? []).map((input) => `${input.dataset}${input.version == null ? '' : ` @ ${input.version}`}`).join(', ')}</td></tr>
      ))}
    </tbody></table></div>
  );
}

export function QuarantineTab({ steps, run }: { steps: ReadonlyArray<StepRecord>; run: string }) {
  if (steps.length === 0) return <Empty icon="check" title="No rows were held back" />;
  return <div class="body stack">{steps.map((step) => <Quarantined key={step.name} step={step} run={run} />)}</div>;
}

function Quarantined({ step, run }: { step: StepRecord; run: string }) {
  const dataset = `${step.name}__quarantine`;
  const [space, table] = dataset.split('.');
  const sql = `select * from "${space}"."${table}" where run_id = '${run}' limit 50`;
  const rows = useLoad(step.quarantineVersion == null ? null : `quarantine ${dataset} ${run}`, () => post<ResultDocument>('query', { sql }));
  return (
    <div>
      <h3><Link to={`/datasets/${part(step.name)}`}>{step.name}</Link> <span class="muted">{count(step.rowsQuarantined)} rows</span></h3>
      <ul class="note">{(step.checks ?? []).filter((check) => check.otherwise === 'quarantine' && check.failedRows > 0).map((check) => <li key={check.name}>{check.name}: {check.detail ?? count(check.failedRows)}</li>)}</ul>
      {step.quarantineVersion == null ? <p class="muted">They appear in {dataset} when the run is published.</p> : <Show of={rows}>{(page) => <Grid result={page} />}</Show>}
    </div>
  );
}

/** Beside the last run of the pipeline that succeeded before. */
export function CompareTab({ view, steps }: { view: RunView; steps: ReadonlyArray<StepRecord> }) {
  const before = useApi<PageOfRunView>(`runs?pipeline=${part(view.pipeline)}&status=succeeded&until=${part(view.startedAt)}&limit=1`);
  const last = before.data?.items[0];
  const other = useApi<RunView>(last ? `runs/${part(last.run)}` : null);
  if (before.isLoading || other.isLoading) return <Loading />;
  if (before.problem || other.problem) return <Trouble problem={before.problem ?? other.problem} />;
  if (!other.data) return <Empty title="There is no earlier run that succeeded" />;
  const theirs = new Map((other.data.steps ?? []).map((step) => [step.name, step]));
  return (
    <>
      <p class="compare-head muted">Beside <Link to={`/runs/${part(other.data.run)}`} class="mono">{other.data.run}</Link>, {ago(other.data.startedAt)}{other.data.version === view.version ? ', of the same version' : ', of another version'}</p>
      <div class="table"><table class="cards"><thead><tr><th>Step</th><th class="number">Rows</th><th class="number">Quarantined</th><th class="number">Size</th><th class="number">Time</th></tr></thead><tbody>
        {steps.map((step) => {
          const old = theirs.get(step.name);
          return (
            <tr key={step.name}><td class="name">{step.name}{!old && <> <span class="tag accent">new</span></>}</td>
              <td class="number" data-label="Rows"><Beside now={step.rows} old={old?.rows} show={compact} /></td><td class="number" data-label="Quarantined"><Beside now={step.rowsQuarantined} old={old?.rowsQuarantined} show={count} /></td>
              <td class="number" data-label="Size"><Beside now={step.outputBytes} old={old?.outputBytes} show={bytes} /></td><td class="number" data-label="Time"><Beside now={span(step.elapsed)} old={old ? span(old.elapsed) : undefined} show={duration} /></td></tr>
          );
        })}
        {[...theirs.values()].filter((old) => !steps.some((step) => step.name === old.name)).map((old) => <tr key={old.name}><td class="name">{old.name} <span class="tag">not in this run</span></td><td class="number">{compact(old.rows)}</td><td class="number">{count(old.rowsQuarantined)}</td><td class="number">{bytes(old.outputBytes)}</td><td class="number">{duration(span(old.elapsed))}</td></tr>)}
      </tbody></table></div>
    </>
  );
}

function Beside({ now, old, show }: { now: number | undefined; old: number | undefined; show: (value: number | undefined) => string }) {
  const change = now !== undefined && old !== undefined && old > 0 ? Math.round(((now - old) / old) * 100) : null;
  return <span>{show(now)}{' '}<span class={`delta ${change === null || change === 0 ? '' : change > 0 ? 'up' : 'down'}`} title={`before: ${show(old)}`}>{change === null ? '' : change === 0 ? '±0 %' : `${change > 0 ? '+' : '−'}${Math.abs(change)} %`}</span></span>;
}
