import type { PageOfPipelineSummary, PageOfRunView } from '#schema';
import { part } from '../api/client';
import { useApi } from '../api/use';
import { ago, count } from '../format';
import { Link, useQueryValue } from '../router';
import { useMay } from '../session';
import { Icon } from '../ui/icons';
import { Empty, PageHead, Panel, Show } from '../ui/parts';
import { Status } from '../ui/status';
import { RunTicks } from './overview';

export default function PipelinesPage() {
  const [text, setText] = useQueryValue('q');
  const pipelines = useApi<PageOfPipelineSummary>('pipelines?limit=200', 10_000);
  const runs = useApi<PageOfRunView>('runs?limit=200', 5000);
  const mayStart = useMay('editor');
  return (
    <>
      <PageHead title="Pipelines">{mayStart && <Link to="/start" class="button primary"><Icon name="plus" size={14} />New pipeline</Link>}</PageHead>
      <div class="filters"><input type="search" placeholder="Filter by name or owner" aria-label="Filter" value={text} onInput={(event) => setText(event.currentTarget.value)} /></div>
      <Panel>
        <Show of={pipelines}>{(page) => {
          const found = page.items.filter((one) => `${one.pipeline} ${one.owner ?? ''} ${one.description ?? ''}`.toLowerCase().includes(text.toLowerCase()));
          if (found.length === 0) return <Empty icon="pipelines" title={page.items.length === 0 ? 'No pipelines yet' : 'None of that name'}>{mayStart && <Link to="/start" class="button">Add one</Link>}</Empty>;
          return (
            <div class="table">
              <table class="cards">
                <thead><tr><th>Pipeline</th><th>Owner</th><th class="number">Steps</th><th>Last runs</th><th>Last</th><th>Status</th></tr></thead>
                <tbody>{found.map((one) => {
                  const own = runs.data?.items.filter((run) => run.pipeline === one.pipeline) ?? [];
                  return (
                    <tr key={one.pipeline}>
                      <td><Link to={`/pipelines/${part(one.pipeline)}`} class="name">{one.pipeline}</Link>{one.isPaused && <> <span class="tag">paused</span></>}<div class="note">{one.description}</div></td>
                      <td data-label="Owner">{one.owner}</td>
                      <td class="number" data-label="Steps">{count(one.steps)}</td>
                      <td data-label="Last runs"><RunTicks runs={own} /></td>
                      <td class="nowrap" data-label="Last">{own[0] ? ago(own[0].startedAt) : 'never'}</td>
                      <td data-label="Status">{own[0] && <Status status={own[0].status} />}</td>
                    </tr>
                  );
                })}</tbody>
              </table>
            </div>
          );
        }}</Show>
      </Panel>
    </>
  );
}
