import { useState } from 'preact/hooks';
import { ApiProblem, key } from '../api/client';
import { Mark } from '../ui/shell';
import { Trouble } from '../ui/parts';

/** Asks for a key. It stays in this tab until the tab is closed. */
export function SignIn({ onKey, problem }: { onKey: () => Promise<void>; problem: unknown }) {
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const enter = async (event: Event) => {
    event.preventDefault();
    key.set(text.trim());
    setTried(true);
    await onKey();
  };
  const refused = tried && problem instanceof ApiProblem;
  return (
    <main class="alone">
      <form class="panel" onSubmit={enter}>
        <div class="brand"><Mark />DataGrid</div>
        <h1>This server asks for a key</h1>
        <label>Key or token<input type="password" autocomplete="off" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder="dg_…" autoFocus required /></label>
        {refused && <Trouble problem={problem} />}
        <button type="submit" class="primary">Enter</button>
        <p class="muted">An admin makes keys with <code>datagrid keys create NAME --role viewer</code>. The key stays in this tab and is gone when you close it.</p>
      </form>
    </main>
  );
}
