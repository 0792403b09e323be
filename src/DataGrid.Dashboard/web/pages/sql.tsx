import { useEffect, useRef, useState } from 'preact/hooks';
import type { ColumnSpec, DatasetSchema, DatasetSummary, ResultDocument } from '#schema';
import { all, ApiProblem, get, part, send } from '../api/client';
import { useLoad } from '../api/use';
import { count, duration, plural } from '../format';
import { usePlace } from '../router';
import { Empty, PageHead, Panel, Show, Tabs, Trouble } from '../ui/parts';
import { Icon } from '../ui/icons';
import { Grid } from '../ui/grid';
import { save } from '../ui/save';
import SqlEditor, { type EditorHandle, type Names } from './sql-editor';
import { PlotPanel } from './sql-plot';

const TextKept = 'datagrid.sql';
const MostSchemas = 300;
const AtOnce = 6;

interface Answer {
  readonly sql: string;
  readonly result: ResultDocument;
  readonly tookMs: number;
}

export default function SqlPage() {
  const { query } = usePlace();
  const [start] = useState(() => query.get('sql') ?? sessionStorage.getItem(TextKept) ?? '');
  const editor = useRef<EditorHandle | null>(null);
  const schemas = useSchemas();
  const [most, setMost] = useState(1000);
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<unknown>();
  const [stop, setStop] = useState<AbortController | null>(null);
  const [tab, setTab] = useState('rows');

  const run = async () => {
    const sql = editor.current?.text().trim() ?? '';
    if (sql === '' || stop) return;
    sessionStorage.setItem(TextKept, sql);
    const asked = new AbortController();
    setStop(asked);
    setProblem(undefined);
    const begun = performance.now();
    try {
      const response = await send('query', { method: 'POST', body: { sql, maxRows: most }, signal: asked.signal });
      const result = (await response.json()) as ResultDocument;
      setAnswer({ sql, result, tookMs: performance.now() - begun });
    } catch (fault) {
      if (asked.signal.aborted) setProblem(new ApiProblem({ status: 0, code: 'cancelled', detail: 'the query was cancelled' }));
      else {
        setProblem(fault);
        if (fault instanceof ApiProblem && fault.answer.line) editor.current?.goTo(fault.answer.line, fault.answer.column ?? 1);
      }
    }
    setStop(null);
  };
  const download = async (format: 'csv' | 'parquet') => {
    try {
      save(await (await send('query', { method: 'POST', body: { sql: answer!.sql, format }, accept: '*/*' })).blob(), `result.${format}`);
    } catch (fault) {
      setProblem(fault);
    }
  };
  return (
    <>
      <PageHead title="SQL" />
      <div class="sql">
        <Tree schemas={schemas} onPick={(text) => editor.current?.insert(text)} />
        <div class="stack">
          <section class="panel">
            <SqlEditor start={start} names={schemas.names} onRun={run} handle={editor} />
            <div class="panel-tools toolbar">
              {stop ? <button type="button" class="danger" onClick={() => stop.abort()}><Icon name="stop" size={14} />Cancel</button> : <button type="button" class="primary" onClick={run}><Icon name="play" size={14} />Run</button>}
              <label class="row">at most<select aria-label="Rows at most" value={most} onChange={(event) => setMost(Number(event.currentTarget.value))}>{[100, 1000, 10_000].map((many) => <option key={many} value={many}>{count(many)}</option>)}</select>rows</label>
              <span class="muted"><kbd>Ctrl</kbd> <kbd>Enter</kbd> runs it</span>
            </div>
          </section>
          <p class="hidden-text" role="status">{stop ? 'The query runs' : answer ? `${answer.result.rowCount} rows` : ''}</p>
          {problem !== undefined && <Trouble problem={problem} />}
          {answer && (
            <Panel title={plural(answer.result.rowCount, 'row')} note={`${answer.result.isTruncated ? 'there are more · ' : ''}${duration(answer.tookMs)}`}
              actions={<><button type="button" onClick={() => download('csv')}><Icon name="down" size={14} />CSV</button><button type="button" onClick={() => download('parquet')}><Icon name="down" size={14} />Parquet</button></>}>
              <Tabs label="The result" at={tab} onChange={setTab} tabs={[{ id: 'rows', label: 'Rows' }, { id: 'plot', label: 'Plot' }]} />
              {tab === 'rows' ? answer.result.rows.length === 0 ? <Empty title="No rows" /> : <Grid result={answer.result} most={2000} label="Result" /> : <PlotPanel result={answer.result} />}
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

interface Schemas {
  readonly datasets: ReturnType<typeof useLoad<ReadonlyArray<DatasetSummary>>>;
  readonly columns: ReadonlyMap<string, ReadonlyArray<ColumnSpec>>;
  readonly names: Names;
  readonly load: (name: string) => void;
}

/** Datasets at once; their columns as they come, for the tree and for completion. */
function useSchemas(): Schemas {
  const datasets = useLoad('sql datasets', (signal) => all<DatasetSummary>('datasets', 5000, signal));
  const [columns, setColumns] = useState<ReadonlyMap<string, ReadonlyArray<ColumnSpec>>>(new Map());
  const read = async (names: ReadonlyArray<string>, signal?: AbortSignal) => {
    const found = await Promise.all(names.map((name) => get<DatasetSchema>(`datasets/${part(name)}/schema`, signal).then((one) => [name, one.columns] as const, () => [name, []] as const)));
    if (!signal?.aborted) setColumns((old) => new Map([...old, ...found]));
  };
  const list = datasets.data;
  useEffect(() => {
    if (!list) return;
    const stop = new AbortController();
    void (async () => {
      const wanted = list.filter((one) => one.kind !== 'source').slice(0, MostSchemas).map((one) => one.name);
      for (let index = 0; index < wanted.length && !stop.signal.aborted; index += AtOnce) await read(wanted.slice(index, index + AtOnce), stop.signal);
    })();
    return () => stop.abort();
  }, [list]);
  const names = Object.fromEntries((list ?? []).filter((one) => one.kind !== 'source').map((one) => [one.name, (columns.get(one.name) ?? []).map((column) => column.name)]));
  const kept = useRef<{ columns: unknown; list: unknown; names: Names }>({ columns: null, list: null, names: {} });
  if (kept.current.columns !== columns || kept.current.list !== list) kept.current = { columns, list, names };
  return { datasets, columns, names: kept.current.names, load: (name) => columns.has(name) || void read([name]) };
}

function Tree({ schemas, onPick }: { schemas: Schemas; onPick: (text: string) => void }) {
  return (
    <aside class="panel tree" aria-label="Datasets">
      <Show of={schemas.datasets}>{(list) => (list.length === 0 ? <Empty title="No datasets yet" /> : list.filter((one) => one.kind !== 'source').map((one) => (
        <details key={one.name} onToggle={() => schemas.load(one.name)}>
          <summary>{one.name}</summary>
          <ul>
            <li><button type="button" class="link" onClick={() => onPick(one.name)}>insert the name</button></li>
            {(schemas.columns.get(one.name) ?? []).map((column) => <li key={column.name}><button type="button" class="link" onClick={() => onPick(column.name)}>{column.name}</button>{column.type}</li>)}
          </ul>
        </details>
      )))}</Show>
    </aside>
  );
}
