import type { CheckedVersion, CheckResult, DatasetDetail, PageOfCheckedVersion } from '#schema';
import { part } from '../api/client';
import { useApi } from '../api/use';
import { compact, count, time, words } from '../format';
import { Link } from '../router';
import { Empty, Panel, Show } from '../ui/parts';
import { checkTone, checkWord, CheckPill } from '../ui/status';

/** What each check says now, and said of earlier versions. */
export function ChecksTab({ detail }: { detail: DatasetDetail }) {
  const history = useApi<PageOfCheckedVersion>(`datasets/${part(detail.summary.name)}/checks?limit=50`);
  if ((detail.checks?.length ?? 0) === 0) return <Panel><Empty icon="check" title="It has no checks">A model's checks stand under expect in its comment.</Empty></Panel>;
  return (
    <div class="stack">
      <Panel title="Now"><div class="table"><table class="cards"><thead><tr><th>Check</th><th>Kind</th><th>Otherwise</th><th>Result</th><th class="number">Failed rows</th></tr></thead><tbody>
        {detail.checks!.map((check) => (
          <tr key={check.name}><td><span class="name">{check.name}</span>{check.detail && <div class="note">{check.detail}</div>}</td><td data-label="Kind">{words(check.kind)}</td><td data-label="Otherwise">{check.otherwise}</td><td data-label="Result"><CheckPill check={check} /></td><td class="number" data-label="Failed rows">{count(check.failedRows)} <span class="muted">of {compact(check.checkedRows)}</span></td></tr>
        ))}
      </tbody></table></div></Panel>
      <Panel title="Over time" note="a square a version, the newest on the right"><Show of={history}>{(page) => <History versions={page.items.toReversed()} names={detail.checks!.map((check) => check.name)} />}</Show></Panel>
    </div>
  );
}

function History({ versions, names }: { versions: ReadonlyArray<CheckedVersion>; names: ReadonlyArray<string> }) {
  return (
    <div class="heat">{names.map((name) => (
      <div key={name} class="line"><span class="name">{name}</span><span class="cells">{versions.map((version) => <Cell key={version.version} version={version} check={version.checks.find((check) => check.name === name)} />)}</span></div>
    ))}</div>
  );
}

function Cell({ version, check }: { version: CheckedVersion; check: CheckResult | undefined }) {
  const text = check ? `version ${version.version}, ${time(version.at)}: ${checkWord(check)}${check.failedRows > 0 ? `, ${count(check.failedRows)} rows` : ''}` : `version ${version.version}: not checked`;
  return <Link to={`/runs/${part(version.run)}`} class={check ? checkTone(check) : ''} title={text} aria-label={text} />;
}
