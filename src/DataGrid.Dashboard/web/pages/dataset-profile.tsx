import { useEffect, useRef, useState } from 'preact/hooks';
import type { ColumnProfile, DatasetProfile, ResultDocument } from '#schema';
import { part, post } from '../api/client';
import { useApi, useLoad } from '../api/use';
import { compact, count } from '../format';
import { Panel, Show } from '../ui/parts';
import { isNumber, isTime } from '../ui/grid';

const Bins = 24;
const TopValues = 6;

export function ProfileTab({ name }: { name: string }) {
  const profile = useApi<DatasetProfile>(`datasets/${part(name)}/profile`);
  return <Panel title="Columns" note="of the newest version"><Show of={profile}>{(found) => <div class="profiles">{found.columns.map((column) => <Column key={column.name} dataset={name} column={column} rows={found.rows} />)}</div>}</Show></Panel>;
}

function Column({ dataset, column, rows }: { dataset: string; column: ColumnProfile; rows: number }) {
  const [frame, isSeen] = useSeen();
  const share = rows > 0 ? (column.nulls / rows) * 100 : 0;
  return (
    <article class="profile" ref={frame}>
      <div class="head"><h3 class="name">{column.name}</h3><span class="tag">{column.type}</span></div>
      {isSeen && <Plot dataset={dataset} column={column} />}
      <div class="ends"><span>{column.nulls === 0 ? 'no nulls' : `${share < 0.1 ? '<0.1' : share.toFixed(1)} % null`}</span><span>{column.distinct == null ? '' : `≈ ${compact(column.distinct)} different`}</span></div>
    </article>
  );
}

/** Whether an element has come into the window: queries of columns far below are not worth their cost. */
function useSeen(): [{ current: HTMLElement | null }, boolean] {
  const frame = useRef<HTMLElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true), { rootMargin: '200px' });
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
  return [frame, isSeen];
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function Plot({ dataset, column }: { dataset: string; column: ColumnProfile }) {
  const [space, table] = [dataset.slice(0, dataset.indexOf('.')), dataset.slice(dataset.indexOf('.') + 1)];
  const source = `${quote(space)}.${quote(table)}`;
  const spread = (isNumber(column.type) || isTime(column.type)) && (column.distinct ?? 0) > TopValues * 2;
  const text = /^(VARCHAR|BOOLEAN|ENUM)/.test(column.type) || isNumber(column.type) || isTime(column.type);
  const sql = spread ? histogram(source, column) : text ? `select ${quote(column.name)}::varchar as v, count(*) as n from ${source} group by 1 order by n desc, v limit ${TopValues}` : null;
  const found = useLoad(sql, () => post<ResultDocument>('query', { sql }));
  if (!sql) return null;
  return <Show of={found}>{(result) => (spread ? <Histogram rows={result.rows} column={column} /> : <Top rows={result.rows} />)}</Show>;
}

function histogram(source: string, column: ColumnProfile): string {
  const value = isTime(column.type) ? `epoch(${quote(column.name)}::timestamp)` : `${quote(column.name)}::double`;
  return `with v as (select ${value} as x from ${source} where ${quote(column.name)} is not null), e as (select min(x) as lo, max(x) as hi from v) `
    + `select least(${Bins - 1}, floor((x - lo) * ${Bins} / nullif(hi - lo, 0)))::integer as b, count(*) as n from v, e group by b order by b`;
}

function Histogram({ rows, column }: { rows: ReadonlyArray<unknown>; column: ColumnProfile }) {
  const counts = new Array<number>(Bins).fill(0);
  for (const row of rows as unknown as ReadonlyArray<{ b: number | null; n: number }>) if (row.b !== null) counts[row.b] = row.n;
  const most = Math.max(1, ...counts);
  return (
    <>
      <div class="bars" role="img" aria-label={`How the values of ${column.name} are spread, from ${column.min} to ${column.max}`}>{counts.map((many, index) => <i key={index} title={count(many)} style={{ height: `${many === 0 ? 0 : Math.max(2, (many / most) * 100)}%` }} />)}</div>
      <div class="ends"><span>{column.min}</span><span>{column.max}</span></div>
    </>
  );
}

function Top({ rows }: { rows: ReadonlyArray<unknown> }) {
  const values = rows as unknown as ReadonlyArray<{ v: string | null; n: number }>;
  const most = Math.max(1, ...values.map((one) => one.n));
  return <ul class="top-values">{values.map((one) => <li key={String(one.v)}><span class={one.v === null ? 'what muted' : 'what'} title={one.v ?? 'null'}>{one.v ?? 'null'}</span><span class="track"><i style={{ width: `${(one.n / most) * 100}%` }} /></span><span class="muted">{compact(one.n)}</span></li>)}</ul>;
}
