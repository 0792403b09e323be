import { useState } from 'preact/hooks';
import { useLoad } from '../api/use';
import { send } from '../api/client';
import { useQueryValue } from '../router';
import { PageHead, Panel, Show } from '../ui/parts';
import { exampleOf, schemaText, type ApiDocument, type Operation, type Parameter } from './docs-schema';
import { Try } from './docs-try';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The API's own description, with a way to try each call as whoever looks. */
export default function DocsPage() {
  const document = useLoad('openapi', async (signal) => (await (await send('/openapi/v1.json', { signal })).json()) as ApiDocument);
  const [text, setText] = useQueryValue('q');
  return (
    <>
      <PageHead title="API"><a class="button" href="/openapi/v1.json" download="openapi.json">openapi.json</a></PageHead>
      <p class="muted">Everything that these pages do they do through this API. A call that you try here is made as you, on this server.</p>
      <div class="filters"><input type="search" placeholder="Filter" aria-label="Filter calls" value={text} onInput={(event) => setText(event.currentTarget.value)} /></div>
      <Show of={document}>{(api) => <>{groups(api, text).map(([tag, calls]) => <Panel key={tag} title={tag}>{calls.map((call) => <OperationView key={`${call.method} ${call.path}`} api={api} call={call} />)}</Panel>)}</>}</Show>
    </>
  );
}

function groups(api: ApiDocument, text: string): ReadonlyArray<readonly [string, ReadonlyArray<Call>]> {
  const found = new Map<string, Call[]>();
  for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) {
    if (!`${method} ${path} ${operation.summary ?? ''}`.toLowerCase().includes(text.toLowerCase())) continue;
    const tag = operation.tags?.[0] ?? 'Other';
    found.set(tag, [...(found.get(tag) ?? []), { method, path, operation }]);
  }
  return [...found];
}

function OperationView({ api, call }: { api: ApiDocument; call: Call }) {
  const [isOpen, setOpen] = useState(false);
  const { operation } = call;
  return (
    <details class="operation" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><span class={`verb ${call.method}`}>{call.method.toUpperCase()}</span><span class="address">{call.path}</span><span class="muted">{operation.summary}</span></summary>
      {isOpen && (
        <div class="body">
          {operation.description && <p class="muted">{operation.description}</p>}
          <Try method={call.method} path={call.path} operation={operation} />
          <Parameters parameters={operation.parameters ?? []} />
          {Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default').map(([status, response]) => {
            const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
            return <div key={status}><h3>{status} {response.description} <span class="muted">{Object.keys(response.content ?? {}).join(', ') || 'no body'}</span></h3>{type?.includes('json') && content?.schema && <pre class="schema" tabIndex={0}>{schemaText(api, content.schema)}</pre>}</div>;
          })}
        </div>
      )}
    </details>
  );
}

function Parameters({ parameters }: { parameters: ReadonlyArray<Parameter> }) {
  const told = parameters.filter((one) => one.description);
  if (told.length === 0) return null;
  return <dl class="facts">{told.map((one) => <><dt class="mono">{one.name}</dt><dd class="muted">{one.description}{exampleOf(one) && <> For example <code>{exampleOf(one)}</code>.</>}</dd></>)}</dl>;
}
