// What the lineage graph shows: nodes with the columns that matter, lines between tables and between columns.
import type { ColumnSpec, LineageEdgeView, LineageImpact, LineageView } from '#schema';
import { NodeName } from '../graph/steps';
import { split, type Table, type Tables } from '../graph/tables';
import type { GraphEdge, GraphNode } from '../graph/view';
import { Icon } from '../ui/icons';

export interface Scene {
  readonly tables: Tables;
  /** The tables that are shown; null for all. */
  readonly shown: ReadonlySet<string> | null;
  /** What the chosen table is connected with; null when no table is chosen. */
  readonly near: ReadonlySet<string> | null;
  readonly target: string;
  readonly dataset: string;
  readonly column: string | null;
  readonly way: LineageView | undefined;
  readonly impact: LineageImpact | undefined;
  readonly open: ReadonlySet<string>;
  readonly columns: ReadonlyMap<string, ReadonlyArray<ColumnSpec>>;
}

interface Acts {
  choose(target: string): void;
  toggle(dataset: string): void;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly look: string;
}

const Width = 220;
const HeadHeight = 36;
const RowHeight = 22;
const RowsTop = HeadHeight + 4;
const MostRows = 60;

export function nodesOf(scene: Scene, acts: Acts): GraphNode[] {
  const lit = litColumns(scene);
  return [...scene.tables.values()].filter((table) => scene.shown?.has(table.name) ?? true).map((table) => {
    const rows = rowsOf(scene, lit, table.name);
    return {
      id: table.name,
      label: table.name,
      width: Width,
      height: rows.length > 0 ? RowsTop + rows.length * RowHeight + 5 : HeadHeight + 2,
      look: `${lookOf(scene, lit, table)} ${rows.length > 0 ? 'open' : ''}`,
      children: <TableNode table={table} rows={rows} isOpen={scene.open.has(table.name)} acts={acts} />,
    };
  });
}

function TableNode({ table, rows, isOpen, acts }: { table: Table; rows: ReadonlyArray<Row>; isOpen: boolean; acts: Acts }) {
  return (
    <>
      <div class="heading">
        <button type="button" class="inner" title={table.description ?? table.name} onClick={() => acts.choose(table.name)}><NodeName name={table.name} /></button>
        <button type="button" class="toggle" aria-label={`${isOpen ? 'Hide' : 'Show'} the columns of ${table.name}`} aria-expanded={isOpen} onClick={() => acts.toggle(table.name)}><Icon name="chevron" size={13} /></button>
      </div>
      {rows.map((row) => <button key={row.name} type="button" class={`column ${row.look}`} onClick={() => acts.choose(`${table.name}.${row.name}`)}><span>{row.name}</span><small>{row.type}</small></button>)}
    </>
  );
}

function lookOf(scene: Scene, lit: ReadonlyMap<string, ReadonlyMap<string, string>>, table: Table): string {
  if (table.name === scene.dataset) return scene.impact ? 'hit' : 'lit';
  if (scene.impact) return scene.impact.datasets.some((one) => one.dataset === table.name) ? 'hit' : 'dim';
  if (scene.way) return lit.has(table.name) ? '' : 'dim';
  return scene.near && !scene.near.has(table.name) ? 'dim' : '';
}

/** Looks of columns, by dataset and name. */
function litColumns({ way, impact, dataset, column }: Scene): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const lit = new Map<string, Map<string, string>>();
  const mark = (of: string, name: string, look: string) => lit.set(of, (lit.get(of) ?? new Map<string, string>()).set(name, look));
  for (const node of way?.nodes ?? []) if (node.column) mark(node.dataset, node.column, 'lit');
  for (const one of impact?.datasets ?? []) for (const name of [...one.values, ...one.influenced]) mark(one.dataset, name, 'hit');
  if (column !== null) mark(dataset, column, 'chosen');
  return lit;
}

/** All columns of what is open; else those on the way. */
function rowsOf(scene: Scene, lit: ReadonlyMap<string, ReadonlyMap<string, string>>, table: string): ReadonlyArray<Row> {
  const marks = lit.get(table);
  const columns = scene.columns.get(table);
  if (scene.open.has(table) && columns) return columns.slice(0, MostRows).map((column) => ({ name: column.name, type: column.type, look: marks?.get(column.name) ?? '' }));
  // In impact mode of a whole dataset nearly every column is touched: their names stand in the list below.
  if (!marks || (scene.impact && scene.column === null)) return [];
  const typeOf = (name: string) => columns?.find((column) => column.name === name)?.type ?? '';
  return [...marks].slice(0, MostRows).map(([name, look]) => ({ name, type: typeOf(name), look }));
}

export function linesOf(scene: Scene): GraphEdge[] {
  const visible = (name: string) => scene.tables.has(name) && (scene.shown?.has(name) ?? true);
  const touched = new Set(scene.impact?.datasets.map((one) => one.dataset));
  const tableLines = [...scene.tables.values()].filter((table) => visible(table.name)).flatMap((table) => [...new Set(table.reads)].filter(visible).map((from): GraphEdge => ({ from, to: table.name, look: tableLook(scene, touched, from, table.name) })));
  if (!scene.way) return tableLines;
  const lit = litColumns(scene);
  const at = new Map<string, number>();
  for (const name of lit.keys()) rowsOf(scene, lit, name).forEach((row, index) => at.set(`${name}.${row.name}`, RowsTop + index * RowHeight + RowHeight / 2));
  return [...tableLines, ...columnLines(scene.way.edges).flatMap((edge): GraphEdge[] => {
    const [from, to] = [split(edge.from).dataset, split(edge.to).dataset];
    if (!visible(from) || !visible(to) || from === to) return [];
    return [{ from, to, fromY: at.get(edge.from) ?? HeadHeight / 2, toY: at.get(edge.to) ?? HeadHeight / 2, look: edge.isDirect ? 'lit' : 'lit soft' }];
  })];
}

/** One line for all ways in which one column acts on another. */
function columnLines(edges: ReadonlyArray<LineageEdgeView>): ReadonlyArray<LineageEdgeView> {
  const lines = new Map<string, LineageEdgeView>();
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to}`;
    if (!lines.has(key) || edge.isDirect) lines.set(key, edge);
  }
  return [...lines.values()];
}

function tableLook(scene: Scene, touched: ReadonlySet<string>, from: string, to: string): string {
  if (scene.impact) return touched.has(to) && (touched.has(from) || from === scene.dataset) ? 'hit' : 'dim';
  if (scene.way) return 'dim';
  if (scene.near) return scene.near.has(from) && scene.near.has(to) ? 'lit' : 'dim';
  return '';
}

