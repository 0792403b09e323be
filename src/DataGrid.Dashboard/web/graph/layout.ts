// Lays out a graph from left to right, in layers (Sugiyama's way): layers by the longest way, order by medians, heights by least squares without overlaps.
// Linear in nodes and edges but for sorting, so that a thousand nodes take some tens of milliseconds.

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  /** The top left corner of each box. */
  readonly places: ReadonlyMap<string, Point>;
  /** By `from→to`: where a line that passes layers goes between its ends. */
  readonly bends: ReadonlyMap<string, ReadonlyArray<Point>>;
  readonly width: number;
  readonly height: number;
}

interface Cell {
  /** Null for a place where a long line passes. */
  readonly box: Box | null;
  readonly height: number;
  readonly before: Cell[];
  readonly after: Cell[];
  layer: number;
  at: number;
  y: number;
}

const LayerGap = 64;
const RowGap = 18;
const PassHeight = 6;
const Sweeps = 6;

export const lineKey = (from: string, to: string): string => `${from}→${to}`;

export function layOut(boxes: ReadonlyArray<Box>, lines: ReadonlyArray<Line>): Layout {
  const cells = new Map(boxes.map((box) => [box.id, cellOf(box)]));
  const kept = withoutCircles(cells, lines);
  assignLayers(boxes, cells, kept);
  const passes = new Map<string, Cell[]>();
  const layers: Cell[][] = [];
  for (const cell of cells.values()) (layers[cell.layer] ??= []).push(cell);
  for (const line of kept) passes.set(lineKey(line.from, line.to), connect(cells.get(line.from)!, cells.get(line.to)!, layers));
  for (let index = 0; index < layers.length; index++) layers[index] ??= [];
  order(layers);
  stack(layers);
  return place(layers, passes);
}

function cellOf(box: Box | null, layer = 0): Cell {
  return { box, height: box?.height ?? PassHeight, before: [], after: [], layer, at: 0, y: 0 };
}

/** Lines between known boxes, each once, without those that close a circle. */
function withoutCircles(cells: ReadonlyMap<string, Cell>, lines: ReadonlyArray<Line>): Line[] {
  const next = new Map<string, Line[]>();
  const seen = new Set<string>();
  for (const line of lines) {
    const key = lineKey(line.from, line.to);
    if (line.from === line.to || seen.has(key) || !cells.has(line.from) || !cells.has(line.to)) continue;
    seen.add(key);
    next.set(line.from, [...(next.get(line.from) ?? []), line]);
  }
  const state = new Map<string, 'open' | 'done'>();
  const kept: Line[] = [];
  for (const root of cells.keys()) {
    if (state.has(root)) continue;
    const way: { id: string; index: number }[] = [{ id: root, index: 0 }];
    state.set(root, 'open');
    while (way.length > 0) {
      const here = way[way.length - 1]!;
      const line = next.get(here.id)?.[here.index++];
      if (!line) {
        state.set(here.id, 'done');
        way.pop();
      } else if (state.get(line.to) !== 'open') {
        kept.push(line);
        if (!state.has(line.to)) {
          state.set(line.to, 'open');
          way.push({ id: line.to, index: 0 });
        }
      }
    }
  }
  return kept;
}

function assignLayers(boxes: ReadonlyArray<Box>, cells: ReadonlyMap<string, Cell>, lines: ReadonlyArray<Line>): void {
  const after = new Map<string, string[]>();
  const open = new Map<string, number>(boxes.map((box) => [box.id, 0]));
  for (const line of lines) {
    after.set(line.from, [...(after.get(line.from) ?? []), line.to]);
    open.set(line.to, open.get(line.to)! + 1);
  }
  const ready = boxes.filter((box) => open.get(box.id) === 0).map((box) => box.id);
  const sources = new Set(ready);
  for (let index = 0; index < ready.length; index++) {
    const id = ready[index]!;
    for (const to of after.get(id) ?? []) {
      const cell = cells.get(to)!;
      cell.layer = Math.max(cell.layer, cells.get(id)!.layer + 1);
      open.set(to, open.get(to)! - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  // A source stands beside the first that reads it.
  for (const id of sources) {
    const readers = after.get(id);
    if (readers) cells.get(id)!.layer = Math.min(...readers.map((to) => cells.get(to)!.layer)) - 1;
  }
}

function connect(from: Cell, to: Cell, layers: Cell[][]): Cell[] {
  const passed: Cell[] = [];
  let last = from;
  for (let layer = from.layer + 1; layer < to.layer; layer++) {
    const pass = cellOf(null, layer);
    (layers[layer] ??= []).push(pass);
    link(last, pass);
    passed.push(pass);
    last = pass;
  }
  link(last, to);
  return passed;
}

function link(from: Cell, to: Cell): void {
  from.after.push(to);
  to.before.push(from);
}

function order(layers: Cell[][]): void {
  for (const layer of layers) number(layer);
  for (let sweep = 0; sweep < Sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const wish = new Map(layer.map((cell) => [cell, median(down ? cell.before : cell.after, cell.at)]));
      layer.sort((a, b) => wish.get(a)! - wish.get(b)! || a.at - b.at);
      number(layer);
    }
  }
}

function number(layer: Cell[]): void {
  layer.forEach((cell, index) => (cell.at = index));
}

function median(beside: ReadonlyArray<Cell>, fallback: number): number {
  if (beside.length === 0) return fallback;
  const sorted = beside.map((cell) => cell.at).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function stack(layers: ReadonlyArray<ReadonlyArray<Cell>>): void {
  for (const layer of layers) {
    let y = 0;
    for (const cell of layer) {
      cell.y = y;
      y += cell.height + RowGap;
    }
  }
  for (let sweep = 0; sweep < Sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) settle(layer, (cell) => {
      const beside = down ? cell.before : cell.after;
      const all = beside.length > 0 ? beside : down ? cell.after : cell.before;
      return all.length === 0 ? cell.y : all.reduce((sum, other) => sum + other.y + other.height / 2, 0) / all.length - cell.height / 2;
    });
  }
}

/** Brings each cell as near to its wish as order and gaps allow: neighbours that would overlap move as one block to the mean of their wishes. */
function settle(layer: ReadonlyArray<Cell>, wishOf: (cell: Cell) => number): void {
  const blocks: { sum: number; count: number; cells: { cell: Cell; offset: number }[] }[] = [];
  let offset = 0;
  for (const cell of layer) {
    blocks.push({ sum: wishOf(cell) - offset, count: 1, cells: [{ cell, offset }] });
    offset += cell.height + RowGap;
    for (let top = blocks.length - 1; top > 0; top--) {
      const one = blocks[top]!;
      const above = blocks[top - 1]!;
      if (above.sum / above.count <= one.sum / one.count) break;
      above.sum += one.sum;
      above.count += one.count;
      for (const member of one.cells) above.cells.push(member);
      blocks.pop();
    }
  }
  for (const block of blocks) for (const { cell, offset: below } of block.cells) cell.y = block.sum / block.count + below;
}

function place(layers: ReadonlyArray<ReadonlyArray<Cell>>, passes: ReadonlyMap<string, ReadonlyArray<Cell>>): Layout {
  const top = Math.min(0, ...layers.map((layer) => Math.min(...layer.map((cell) => cell.y))));
  const places = new Map<string, Point>();
  const middles: number[] = [];
  let x = 0;
  let height = 0;
  for (const layer of layers) {
    const width = Math.max(0, ...layer.map((cell) => cell.box?.width ?? 0));
    middles.push(x + width / 2);
    for (const cell of layer) {
      if (cell.box) places.set(cell.box.id, { x, y: cell.y - top });
      height = Math.max(height, cell.y - top + cell.height);
    }
    x += width + LayerGap;
  }
  const bends = new Map([...passes].filter(([, cells]) => cells.length > 0)
    .map(([key, cells]) => [key, cells.map((cell): Point => ({ x: middles[cell.layer]!, y: cell.y - top + PassHeight / 2 }))]));
  return { places, bends, width: Math.max(0, x - LayerGap), height };
}
