import { useState } from 'preact/hooks';
import type { KeyMade, KeyView, PageOfKeyView, Role } from '#schema';
import { part, post, send } from '../api/client';
import { useApi } from '../api/use';
import { ago } from '../format';
import { ActionButton, Dialog, Empty, Panel, Show, Trouble } from '../ui/parts';
import { Pill } from '../ui/status';

const roles: ReadonlyArray<Role> = ['viewer', 'editor', 'operator', 'admin'];

/** The keys that open the gateway, for admins. */
export function Keys() {
  const keys = useApi<PageOfKeyView>('keys?limit=200');
  const [makes, setMakes] = useState(false);
  return (
    <Panel title="Keys" actions={<button type="button" onClick={() => setMakes(true)}>New key</button>}>
      <Show of={keys}>{(page) => (page.items.length === 0 ? <Empty icon="key" title="No keys">On loopback none is asked for.</Empty> : <List keys={page.items} onChange={keys.reload} />)}</Show>
      {makes && <NewKeyDialog onClose={() => { setMakes(false); keys.reload(); }} />}
    </Panel>
  );
}

function List({ keys, onChange }: { keys: ReadonlyArray<KeyView>; onChange: () => void }) {
  return (
    <div class="table"><table class="cards"><thead><tr><th>Name</th><th>Role</th><th>For</th><th>Made</th><th>Last used</th><th>State</th><th><span class="hidden-text">Actions</span></th></tr></thead><tbody>
      {keys.map((one) => {
        const ended = one.expiresAt != null && Date.parse(one.expiresAt) < Date.now();
        return (
          <tr key={one.key}><td><span class="name">{one.name}</span><div class="note mono">{one.key}</div></td><td data-label="Role">{one.role ?? 'none here'}</td><td data-label="For">{one.scopes?.length ? one.scopes.join(', ') : 'everything'}</td><td data-label="Made">{ago(one.createdAt)}</td><td data-label="Last used">{one.lastUsedAt ? ago(one.lastUsedAt) : 'never'}</td>
            <td data-label="State"><Pill tone={one.revokedAt ? 'bad' : ended ? 'warn' : 'good'}>{one.revokedAt ? 'revoked' : ended ? 'ended' : 'good'}</Pill></td>
            <td>{!one.revokedAt && <ActionButton class="danger" act={async () => { await send(`keys/${part(one.key)}`, { method: 'DELETE' }); onChange(); }}>Revoke</ActionButton>}</td></tr>
        );
      })}
    </tbody></table></div>
  );
}

function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [made, setMade] = useState<KeyMade>();
  const [problem, setProblem] = useState<unknown>();
  const make = async (event: Event) => {
    event.preventDefault();
    try {
      setMade(await post<KeyMade>('keys', { name, role }));
    } catch (fault) {
      setProblem(fault);
    }
  };
  return (
    <Dialog title="New key" onClose={onClose}>
      {made ? <div class="body"><p>This is the only time that it is shown:</p><pre tabIndex={0}>{made.secret}</pre><div><button type="button" onClick={onClose}>Done</button></div></div> : (
        <form onSubmit={make}>
          <div class="body">
            <label>Name<input value={name} required onInput={(event) => setName(event.currentTarget.value)} /></label>
            <label>Role<select value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>{roles.map((one) => <option key={one} value={one}>{one}</option>)}</select></label>
            <Trouble problem={problem} />
          </div>
          <footer><button type="button" onClick={onClose}>Cancel</button><button type="submit" class="primary">Make it</button></footer>
        </form>
      )}
    </Dialog>
  );
}
