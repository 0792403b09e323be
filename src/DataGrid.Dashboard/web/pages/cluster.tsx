import type { ClusterView } from '#schema';
import { useApi } from '../api/use';
import { ago, bytes, count, plural, time } from '../format';
import { Link } from '../router';
import { useMe } from '../session';
import { Empty, Meter, PageHead, Panel, Show, Stat, Stats } from '../ui/parts';
import { Pill } from '../ui/status';
import { Keys } from './cluster-keys';

export default function ClusterPage() {
  const cluster = useApi<ClusterView>('cluster', 3000);
  const me = useMe();
  return (
    <>
      <PageHead title="Cluster" />
      <Show of={cluster}>{(view) => <Cluster view={view} />}</Show>
      {me.role === 'admin' && <Keys />}
    </>
  );
}

function Cluster({ view }: { view: ClusterView }) {
  const slots = view.workers.reduce((sum, one) => sum + one.slots, 0);
  const running = view.workers.reduce((sum, one) => sum + one.running.length, 0);
  const active = view.silos.filter((one) => one.status === 'active').length;
  return (
    <>
      <Stats>
        <Stat label="Silos" value={`${active} / ${view.silos.length}`} note="active" tone={active === view.silos.length ? 'good' : 'warn'} />
        <Stat label="Tasks running" value={`${running} / ${slots}`} note="slots" />
        <Stat label="Tasks waiting" value={count(view.queue.waiting)} note={view.queue.waitingSince ? `since ${ago(view.queue.waitingSince)}` : 'none'} tone={view.queue.waiting > 0 ? 'warn' : ''} />
        <Stat label="Memory for tasks" value={bytes(view.workers.reduce((sum, one) => sum + one.memoryBytes, 0))} note={plural(view.workers.length, 'worker')} />
      </Stats>
      <Panel title="Silos"><div class="table"><table class="cards"><thead><tr><th>Silo</th><th>Status</th><th>Address</th><th>Since</th></tr></thead><tbody>
        {view.silos.map((one) => <tr key={one.address}><td class="name">{one.name} {one.isSelf && <span class="tag">answers you</span>}</td><td data-label="Status"><Pill tone={one.status === 'active' ? 'good' : one.status === 'dead' ? 'bad' : 'warn'}>{one.status}</Pill></td><td class="mono" data-label="Address">{one.address}</td><td data-label="Since" title={time(one.startedAt)}>{one.startedAt ? ago(one.startedAt) : '–'}</td></tr>)}
      </tbody></table></div></Panel>
      <Panel title="Workers">{view.workers.length === 0 ? <Empty title="No worker has asked for work lately" /> : (
        <div class="table"><table class="cards"><thead><tr><th>Worker</th><th>Slots</th><th>Runs</th><th class="number">Memory</th><th>Seen</th></tr></thead><tbody>
          {view.workers.map((one) => (
            <tr key={one.worker}><td class="mono">{one.worker}</td><td data-label="Slots" class="nowrap"><Meter total={one.slots} label={`${one.running.length} of ${one.slots} slots`} parts={[{ tone: 'busy', value: one.running.length, label: 'running' }]} />{one.running.length} of {one.slots}</td>
              <td data-label="Runs">{one.running.map((task) => <div key={task}><Link class="mono" to={`/runs/${task.split('/')[0]}`}>{task}</Link></div>)}</td><td class="number" data-label="Memory">{bytes(one.memoryBytes)}</td><td class="nowrap" data-label="Seen">{ago(one.seenAt)}</td></tr>
          ))}
        </tbody></table></div>
      )}</Panel>
    </>
  );
}
