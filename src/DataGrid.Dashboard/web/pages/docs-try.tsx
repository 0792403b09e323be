import { useRef, useState } from 'preact/hooks';
import { ApiProblem, send, type Ask } from '../api/client';
import { bytes, duration } from '../format';
import { Icon } from '../ui/icons';
import { exampleOf, type Operation } from './docs-schema';

const MostShown = 100_000;
// What the page fills in itself, or leaves to the server.
const Unasked = new Set(['DataGrid-Workspace']);

interface Answered {
  readonly status: string;
  readonly type: string;
  readonly tookMs: number;
  readonly size: number;
  readonly text: string;
}

export function Try({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const parameters = (operation.parameters ?? []).filter((one) => !Unasked.has(one.name));
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const types = Object.keys(operation.requestBody?.content ?? {});
  const [type, setType] = useState(types[0] ?? '');
  const [body, setBody] = useState(() => { const example = operation.requestBody?.content['application/json']?.example; return example === undefined ? '' : JSON.stringify(example, null, 2); });
  const [file, setFile] = useState<File | null>(null);
  const [answer, setAnswer] = useState<Answered>();
  const stop = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);

  const query = parameters.filter((one) => one.in === 'query' && values[one.name]).map((one) => `${one.name}=${encodeURIComponent(values[one.name]!)}`).join('&');
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '')) + (query ? `?${query}` : '');
  const call = async (event: Event) => {
    event.preventDefault();
    stop.current = new AbortController();
    setBusy(true);
    const begun = performance.now();
    const headers: Record<string, string> = Object.fromEntries(parameters.filter((one) => one.in === 'header' && values[one.name]).map((one) => [one.name, values[one.name]!]));
    if (body && type === 'application/json') headers['Content-Type'] = type;
    const form = type === 'application/json' ? (body ? new Blob([body]) : undefined) : file ? formOf(type, file) : undefined;
    const ask: Ask = { method: method.toUpperCase() as 'GET', headers, accept: '*/*', signal: stop.current.signal, ...(form ? { form } : {}) };
    try {
      const response = await send(address, ask);
      const content = await response.blob();
      setAnswer({ status: `${response.status} ${response.statusText}`, type: response.headers.get('Content-Type') ?? '', tookMs: performance.now() - begun, size: content.size, text: await textOf(content, response.headers.get('Content-Type') ?? '') });
    } catch (fault) {
      const told = fault instanceof ApiProblem ? fault.answer : { status: 0, detail: 'stopped' };
      setAnswer({ status: String(told.status), type: 'application/problem+json', tookMs: performance.now() - begun, size: 0, text: JSON.stringify(told, null, 2) });
    }
    setBusy(false);
  };
  return (
    <form class="stack" onSubmit={call}>
      {parameters.length > 0 && (
        <div class="fields">{parameters.map((one) => (
          <label key={one.name}>{one.name}{one.in === 'path' && ' *'}
            {one.schema?.enum ? <select value={values[one.name] ?? ''} onChange={(event) => setValues({ ...values, [one.name]: event.currentTarget.value })}><option value="" />{one.schema.enum.map((value) => <option key={String(value)} value={String(value)}>{String(value)}</option>)}</select>
              : <input value={values[one.name] ?? ''} required={one.in === 'path'} placeholder={exampleOf(one)} onInput={(event) => setValues({ ...values, [one.name]: event.currentTarget.value })} />}
          </label>
        ))}</div>
      )}
      {types.length > 0 && (
        <>
          {types.length > 1 && <label class="row">Body as<select value={type} onChange={(event) => setType(event.currentTarget.value)}>{types.map((one) => <option key={one} value={one}>{one}</option>)}</select></label>}
          {type === 'application/json' ? <label>Body<textarea rows={Math.min(14, body.split('\n').length + 1)} spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} /></label> : <label>File<input type="file" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} /></label>}
        </>
      )}
      <div class="toolbar">{busy ? <button type="button" onClick={() => stop.current?.abort()}><Icon name="stop" size={14} />Stop</button> : <button type="submit" class="primary"><Icon name="play" size={14} />Send</button>}<code class="muted">{method.toUpperCase()} {address}</code></div>
      {answer && <div aria-live="polite"><h3>{answer.status} <span class="muted">{answer.type} · {bytes(answer.size)} · {duration(answer.tookMs)}</span></h3><pre class="schema" tabIndex={0}>{answer.text}</pre></div>}
    </form>
  );
}

function formOf(type: string, file: File): Blob | FormData {
  if (!type.startsWith('multipart/')) return new Blob([file], { type });
  const form = new FormData();
  form.append('file', file, file.name);
  return form;
}

async function textOf(content: Blob, type: string): Promise<string> {
  if (/parquet|octet-stream|zip/.test(type)) return `${bytes(content.size)} of ${type}`;
  const text = await content.slice(0, MostShown).text();
  if (!type.includes('json') || content.size > MostShown) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
