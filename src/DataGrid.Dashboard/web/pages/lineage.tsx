import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ColumnSpec, DatasetSchema, LineageImpact, LineageView } from '#schema';
import { get, part } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { plural } from '../format';
import { connected, readTables, split, type Tables } from '../graph/tables';
import { GraphView } from '../graph/view';
import { Link, useQueryValue } from '../router';
import { Icon } from '../ui/icons';
import { Empty, PageHead, Panel, Show, Trouble } from '../ui/parts';
import { linesOf, nodesOf, type Scene } from './lineage-scene';

const Deepest = 100;
// More than that nobody can look at, and no browser draws smoothly.
const MostAtOnce = 4000;

export default function LineagePage() {
  const tables = useLoad('lineage tables', readTables);
  return <Show of={tables}>{(known) => (known.size === 0 ? <><PageHead title="Lineage" /><div class="panel"><Empty icon="lineage" title="There is nothing yet to come from anywhere">Submit a pipeline first.</Empty></div></> : <Lineage tables={known} />)}</Show>;
}

function Lineage({ tables }: { tables: Tables }) {
  const [target, setTarget] = useQueryValue('target');
  const [mode, setMode] = useQueryValue('mode', 'way');
  const [scope, setScope] = useQueryValue('scope', 'all');
  const { dataset, column } = split(target);
  const isKnown = tables.has(dataset);
  const schemas = useSchemas();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const way = useApi<LineageView>(isKnown && mode === 'way' && column !== null ? `lineage?target=${part(target)}&direction=both&depth=${Deepest}` : null);
  const impact = useApi<LineageImpact>(isKnown && mode === 'impact' ? `lineage/impact?target=${part(target)}` : null);
  const tooMany = tables.size > MostAtOnce;
  const shown = useMemo(() => (tooMany && !isKnown ? new Set<string>() : (tooMany || scope === 'around') && isKnown ? connected(tables, dataset) : null), [tables, scope, dataset, isKnown]);
  const near = useMemo(() => (isKnown ? connected(tables, dataset) : null), [tables, dataset, isKnown]);
  const scene: Scene = { tables, shown, near: column === null && mode === 'way' ? near : null, target, dataset, column, way: way.data, impact: impact.data, open, columns: schemas.columns };
  const toggle = (name: string) => {
    schemas.load(name);
    setOpen((old) => (old.has(name) ? new Set([...old].filter((one) => one !== name)) : new Set([...old, name])));
  };
  useEffect(() => { if (isKnown && column !== null) schemas.load(dataset); }, [dataset, column, isKnown]);
  return (
    <>
      <PageHead title="Lineage" pills={<span class="muted">{plural(tables.size, 'dataset')}</span>} />
      <div class="toolbar">
        <Pick tables={tables} at={target} onPick={setTarget} />
        <button type="button" aria-pressed={mode === 'impact'} disabled={!isKnown} onClick={() => setMode(mode === 'impact' ? 'way' : 'impact')}>Impact</button>
        <button type="button" aria-pressed={tooMany || scope === 'around'} disabled={!isKnown || tooMany} onClick={() => setScope(scope === 'around' ? 'all' : 'around')}>Only what is connected</button>
        {isKnown && <button type="button" onClick={() => toggle(dataset)}>{open.has(dataset) ? 'Hide columns' : 'Show columns'}</button>}
        {target && <button type="button" class="plain" onClick={() => setTarget('')}>Clear</button>}
        {isKnown && <Link class="button" to={`/datasets/${part(dataset)}`}><Icon name="datasets" size={14} />{dataset}</Link>}
      </div>
      {(way.problem ?? impact.problem ?? schemas.problem) !== undefined && <Trouble problem={way.problem ?? impact.problem ?? schemas.problem} />}
      {target && !isKnown && <div class="trouble" role="alert">There is no dataset {dataset}</div>}
      {tooMany && !isKnown && <p class="note-box">These are too many to show at once: choose a dataset.</p>}
      <GraphView tall label="Lineage of datasets and columns" fitKey={`${tooMany || scope === 'around' ? dataset : ''} ${tables.size} ${way.data || impact.data ? target : ''}`} focus={isKnown && !tooMany && scope !== 'around' ? dataset : undefined}
        nodes={nodesOf(scene, { choose: setTarget, toggle })} edges={linesOf(scene)} />
      <Legend mode={mode} />
      {mode === 'impact' && impact.data && <ImpactList impact={impact.data} onPick={setTarget} />}
      {mode === 'way' && way.data && <WayList way={way.data} target={target} onPick={setTarget} />}
    </>
  );
}

function useSchemas() {
  const [columns, setColumns] = useState<ReadonlyMap<string, ReadonlyArray<ColumnSpec>>>(new Map());
  const [problem, setProblem] = useState<unknown>();
  const load = (name: string) => {
    if (columns.has(name)) return;
    get<DatasetSchema>(`datasets/${part(name)}/schema`).then((schema) => setColumns((old) => new Map(old).set(name, schema.columns)), setProblem);
  };
  return { columns, load, problem };
}

function Pick({ tables, at, onPick }: { tables: Tables; at: string; onPick: (target: string) => void }) {
  const [text, setText] = useState(at);
  useEffect(() => setText(at), [at]);
  const change = (value: string) => {
    setText(value);
    if (tables.has(value)) onPick(value);
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); onPick(text.trim()); }}>
      <input type="search" list="tables" class="pick" aria-label="Dataset or column" placeholder="A dataset, or dataset.column" value={text} onInput={(event) => change(event.currentTarget.value)} />
      <datalist id="tables">{[...tables.keys()].map((name) => <option key={name} value={name} />)}</datalist>
    </form>
  );
}

function Legend({ mode }: { mode: string }) {
  return <div class="legend"><span>Choose a dataset to see what it is connected with, a column to see its whole way.</span><span>— values</span><span>- - joins, filters, groups</span>{mode === 'impact' && <span>orange: what a change would touch</span>}</div>;
}

function ImpactList({ impact, onPick }: { impact: LineageImpact; onPick: (target: string) => void }) {
  return (
    <Panel title={`A change of ${impact.target} would touch ${plural(impact.datasets.length, 'dataset')}`}>
      {impact.datasets.length === 0 ? <Empty icon="check" title="Nothing is made of it" /> : (
        <div class="table"><table class="cards"><thead><tr><th>Dataset</th><th class="number">Steps away</th><th>Values</th><th>Influenced</th><th>Owner</th></tr></thead><tbody>
          {impact.datasets.map((one) => <tr key={one.dataset}><td><button type="button" class="link name" onClick={() => onPick(one.dataset)}>{one.dataset}</button></td><td class="number" data-label="Steps away">{one.distance}</td><td data-label="Values">{one.values.join(', ')}</td><td data-label="Influenced">{one.influenced.join(', ')}</td><td data-label="Owner">{one.owner}</td></tr>)}
        </tbody></table></div>
      )}
    </Panel>
  );
}

function WayList({ way, target, onPick }: { way: LineageView; target: string; onPick: (target: string) => void }) {
  const ids = way.nodes.filter((node) => node.column && node.id !== target).map((node) => node.id);
  return (
    <Panel title={`${target}`} note={ids.length === 0 ? 'nothing acts on it and it acts on nothing' : `is connected with ${plural(ids.length, 'column')}`}>
      <div class="body"><div class="tags">{ids.map((id) => <button key={id} type="button" class="tag" onClick={() => onPick(id)}>{id}</button>)}</div></div>
    </Panel>
  );
}
