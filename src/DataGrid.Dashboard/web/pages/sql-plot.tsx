import { useState } from 'preact/hooks';
import type { ColumnSpec, ResultDocument } from '#schema';
import { compact } from '../format';
import { isNumber, isTime, textOf } from '../ui/grid';
import { Empty } from '../ui/parts';

type Kind = 'bars' | 'line' | 'points';

const Width = 900;
const Height = 320;
const Left = 64;
const Bottom = 40;
const Top = 14;
const MostBars = 120;

export function PlotPanel({ result }: { result: ResultDocument }) {
  const numbers = result.columns.filter((column) => isNumber(column.type));
  const [xName, setX] = useState<string>();
  const [yName, setY] = useState<string>();
  const [chosen, setKind] = useState<Kind>();
  const x = result.columns.find((column) => column.name === xName) ?? result.columns.find((column) => isTime(column.type)) ?? result.columns.find((column) => !isNumber(column.type)) ?? result.columns[0];
  const y = numbers.find((column) => column.name === yName) ?? numbers.find((column) => column !== x);
  if (!x || !y) return <Empty icon="overview" title="A plot needs a column of numbers" />;
  const kind = chosen ?? (isTime(x.type) ? 'line' : isNumber(x.type) ? 'points' : 'bars');
  const choose = (label: string, at: ColumnSpec, from: ReadonlyArray<ColumnSpec>, set: (name: string) => void) => <label class="row">{label}<select value={at.name} onChange={(event) => set(event.currentTarget.value)}>{from.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}</select></label>;
  return (
    <div class="body">
      <div class="toolbar">
        {choose('Across', x, result.columns, setX)}
        {choose('Up', y, numbers, setY)}
        <label class="row">as<select value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}><option value="bars">bars</option><option value="line">a line</option><option value="points">points</option></select></label>
      </div>
      <Plot rows={result.rows} x={x} y={y} kind={kind} />
    </div>
  );
}

function Plot({ rows, x, y, kind }: { rows: ReadonlyArray<Readonly<Record<string, unknown>>>; x: ColumnSpec; y: ColumnSpec; kind: Kind }) {
  const scaled = kind !== 'bars' && (isNumber(x.type) || isTime(x.type));
  const valueOf = (row: Readonly<Record<string, unknown>>, index: number): number => (!scaled ? index : isTime(x.type) ? Date.parse(String(row[x.name])) : Number(row[x.name]));
  const points = rows.slice(0, kind === 'bars' ? MostBars : rows.length).filter((row) => row[y.name] !== null && row[y.name] !== undefined)
    .map((row, index) => ({ at: valueOf(row, index), up: Number(row[y.name]), text: textOf(row[x.name]) })).filter((point) => Number.isFinite(point.at) && Number.isFinite(point.up));
  if (points.length === 0) return <Empty title="There is nothing to plot" />;
  if (scaled && kind === 'line') points.sort((a, b) => a.at - b.at);
  const least = Math.min(0, ...points.map((point) => point.up));
  const most = Math.max(0, ...points.map((point) => point.up)) || 1;
  const ticks = ticksOf(least, most);
  const [low, high] = [Math.min(least, ticks[0]!), Math.max(most, ticks.at(-1)!)];
  const from = scaled ? Math.min(...points.map((point) => point.at)) : -0.5;
  const to = scaled ? Math.max(...points.map((point) => point.at)) : points.length - 0.5;
  const px = (at: number) => Left + ((at - from) / (to - from || 1)) * (Width - Left - 16);
  const py = (up: number) => Top + ((high - up) / (high - low || 1)) * (Height - Top - Bottom);
  const bar = Math.max(1, ((Width - Left - 16) / points.length) * 0.76);
  const every = Math.max(1, Math.ceil(points.length / 10));
  return (
    <svg class="plot" viewBox={`0 0 ${Width} ${Height}`} role="img" aria-label={`${y.name} by ${x.name}`}>
      {ticks.map((tick) => <g key={tick}><line class="axis" x1={Left} x2={Width - 16} y1={py(tick)} y2={py(tick)} /><text x={Left - 8} y={py(tick) + 4} text-anchor="end">{compact(tick)}</text></g>)}
      {points.filter((_, index) => index % every === 0).map((point) => <text key={point.at} x={px(point.at)} y={Height - Bottom + 18} text-anchor="middle">{shorten(point.text, x)}</text>)}
      <text x={Left} y={Height - 4}>{y.name} by {x.name}{kind === 'bars' && rows.length > MostBars ? `, the first ${MostBars} rows` : ''}</text>
      {kind === 'bars' && points.map((point) => <rect key={point.at} class="mark" x={px(point.at) - bar / 2} width={bar} y={Math.min(py(point.up), py(0))} height={Math.max(1, Math.abs(py(point.up) - py(0)))} rx="1.5"><title>{`${point.text}: ${point.up}`}</title></rect>)}
      {kind === 'line' && <path class="curve" d={`M${points.map((point) => `${px(point.at)} ${py(point.up)}`).join('L')}`} />}
      {kind === 'points' && points.map((point, index) => <circle key={index} class="mark" cx={px(point.at)} cy={py(point.up)} r="2.5"><title>{`${point.text}: ${point.up}`}</title></circle>)}
    </svg>
  );
}

function ticksOf(least: number, most: number): number[] {
  const rough = (most - least) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!;
  const ticks: number[] = [];
  for (let tick = Math.floor(least / step) * step; tick < most + step * 0.999; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

const shorten = (text: string, column: ColumnSpec): string => (isTime(column.type) ? text.slice(0, 10) : text.length > 14 ? `${text.slice(0, 13)}…` : text);
