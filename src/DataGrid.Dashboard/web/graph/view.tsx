// Shows a graph that can be moved and zoomed by pointer, wheel, touch and keyboard. Only what is near the window is in the document, so that a thousand nodes
// stay smooth; moving changes one transform and nothing else.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/icons';
import { layOut, lineKey, type Box, type Layout, type Point } from './layout';

export interface GraphNode extends Box {
  readonly look?: string;
  readonly label: string;
  readonly children: ComponentChildren;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly look?: string;
  /** Where on the nodes it begins and ends, from their top; their middle when left out. */
  readonly fromY?: number | undefined;
  readonly toY?: number | undefined;
}

interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Seen {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const LeastZoom = 0.04;
const MostZoom = 2;
const ReadableZoom = 0.55;
const Margin = 400;
const LowestFrame = 200;
const HighestFrame = 420;
const Step = 60;
const ClickSlack = 4;

export function GraphView({ nodes, edges, label, tall, focus, fitKey }: { nodes: ReadonlyArray<GraphNode>; edges: ReadonlyArray<GraphEdge>; label: string; tall?: boolean; focus?: string | undefined; fitKey?: string }) {
  const shape = nodes.map((node) => `${node.id} ${node.width} ${node.height}`).join('\n') + edges.length;
  const layout = useMemo(() => layOut(nodes, edges), [shape]);
  const frame = useRef<HTMLDivElement>(null);
  const world = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, zoom: 1 });
  const [seen, setSeen] = useState<Seen>({ left: 0, top: 0, right: 2000, bottom: 1500 });

  const look = useCallback((next: Camera) => {
    camera.current = next;
    if (world.current) world.current.style.transform = `translate(${next.x}px, ${next.y}px) scale(${next.zoom})`;
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    const margin = Margin / next.zoom;
    const now = { left: -next.x / next.zoom, top: -next.y / next.zoom, right: (box.width - next.x) / next.zoom, bottom: (box.height - next.y) / next.zoom };
    // Drawn anew only when the window comes near the edge of what is in the document.
    setSeen((old) => (now.left > old.left && now.top > old.top && now.right < old.right && now.bottom < old.bottom && now.right - now.left > (old.right - old.left) / 4
      ? old : { left: now.left - margin, top: now.top - margin, right: now.right + margin, bottom: now.bottom + margin }));
  }, []);

  const fit = useCallback((least = LeastZoom): boolean => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || box.width === 0) return false;
    const zoom = Math.max(LeastZoom, Math.min(1, (box.width - 48) / Math.max(layout.width, 1), (box.height - 48) / Math.max(layout.height, 1)));
    if (zoom < least) return false;
    look({ zoom, x: (box.width - layout.width * zoom) / 2, y: (box.height - layout.height * zoom) / 2 });
    return true;
  }, [layout]);

  useLayoutEffect(() => void fit(), [fitKey]);
  useEffect(() => {
    const place = focus === undefined ? undefined : layout.places.get(focus);
    const box = frame.current?.getBoundingClientRect();
    const node = nodes.find((one) => one.id === focus);
    // What can be read as a whole is shown as a whole.
    if (!place || !box || !node || fit(ReadableZoom)) return;
    const zoom = Math.max(camera.current.zoom, 0.75);
    look({ zoom, x: box.width / 2 - (place.x + node.width / 2) * zoom, y: box.height / 2 - (place.y + Math.min(node.height, 300) / 2) * zoom });
  }, [focus, fitKey]);

  const zoomAt = (factor: number, x: number, y: number) => {
    const { zoom, x: left, y: top } = camera.current;
    const next = Math.min(MostZoom, Math.max(LeastZoom, zoom * factor));
    look({ zoom: next, x: x - ((x - left) / zoom) * next, y: y - ((y - top) / zoom) * next });
  };
  const zoomMiddle = (factor: number) => {
    const box = frame.current!.getBoundingClientRect();
    zoomAt(factor, box.width / 2, box.height / 2);
  };
  const grips = useGrips(frame, camera, look, zoomAt);
  const shown = nodes.filter((node) => {
    const at = layout.places.get(node.id);
    return at && at.x < seen.right && at.y < seen.bottom && at.x + node.width > seen.left && at.y + node.height > seen.top;
  });
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (move && event.target === frame.current) look({ ...camera.current, x: camera.current.x - move[0] * Step, y: camera.current.y - move[1] * Step });
    else if (move) step(frame.current!, event.target as HTMLElement, move);
    else if (event.key === '+' || event.key === '=') zoomMiddle(1.25);
    else if (event.key === '-') zoomMiddle(0.8);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  };
  return (
    <div class={tall ? 'graph tall' : 'graph'} style={tall ? {} : { height: `${Math.min(HighestFrame, Math.max(LowestFrame, layout.height + 120))}px` }} ref={frame} role="group" aria-label={label} tabIndex={0} onKeyDown={press} {...grips}>
      <div class="world" ref={world}>
        <Edges edges={edges} nodes={nodes} layout={layout} seen={seen} />
        {shown.map((node) => {
          const at = layout.places.get(node.id)!;
          return <div key={node.id} data-node={node.id} class={`node ${node.look ?? ''}`} style={{ left: `${at.x}px`, top: `${at.y}px`, width: `${node.width}px`, height: `${node.height}px` }}>{node.children}</div>;
        })}
      </div>
      <span class="hint">Drag to move, wheel or + − to zoom, arrows to go from node to node</span>
      <div class="controls">
        <button type="button" aria-label="Zoom in" onClick={() => zoomMiddle(1.25)}>+</button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomMiddle(0.8)}>−</button>
        <button type="button" aria-label="Show all" onClick={() => fit()}><Icon name="fit" size={14} /></button>
      </div>
    </div>
  );
}

/** The focus goes to the nearest node in a direction. */
function step(frame: HTMLElement, from: HTMLElement, [right, down]: readonly [number, number]): void {
  const own = from.closest<HTMLElement>('[data-node]');
  if (!own) return;
  const here = own.getBoundingClientRect();
  let best: HTMLElement | null = null;
  let least = Infinity;
  for (const other of frame.querySelectorAll<HTMLElement>('[data-node]')) {
    if (other === own) continue;
    const there = other.getBoundingClientRect();
    const dx = there.left + there.width / 2 - here.left - here.width / 2;
    const dy = there.top + there.height / 2 - here.top - here.height / 2;
    const along = dx * right + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * right);
    if (along > 4 && along + aside * 2 < least) {
      least = along + aside * 2;
      best = other;
    }
  }
  best?.querySelector<HTMLElement>('button, a')?.focus();
}

function useGrips(frame: { current: HTMLDivElement | null }, camera: { current: Camera }, look: (next: Camera) => void, zoomAt: (factor: number, x: number, y: number) => void) {
  const held = useRef(new Map<number, Point>());
  useEffect(() => {
    const element = frame.current!;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.04 : 0.0016)), event.clientX - box.left, event.clientY - box.top);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button === 0) held.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove: (event: PointerEvent) => {
      const last = held.current.get(event.pointerId);
      if (!last) return;
      const element = frame.current!;
      if (!element.classList.contains('panning')) {
        // Until it has moved some way it may be a click on what lies below; once it is held, it is none any more.
        if (Math.hypot(event.clientX - last.x, event.clientY - last.y) < ClickSlack) return;
        element.setPointerCapture(event.pointerId);
        element.classList.add('panning');
      }
      const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
      held.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (other) {
        const before = Math.hypot(last.x - other.x, last.y - other.y);
        const now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
        const box = element.getBoundingClientRect();
        if (before > 0) zoomAt(now / before, (event.clientX + other.x) / 2 - box.left, (event.clientY + other.y) / 2 - box.top);
      } else {
        look({ ...camera.current, x: camera.current.x + event.clientX - last.x, y: camera.current.y + event.clientY - last.y });
      }
    },
    onPointerUp: (event: PointerEvent) => release(event),
    onPointerLeave: (event: PointerEvent) => frame.current?.classList.contains('panning') || release(event),
    onPointerCancel: (event: PointerEvent) => release(event),
  };

  function release(event: PointerEvent): void {
    held.current.delete(event.pointerId);
    if (held.current.size === 0) frame.current?.classList.remove('panning');
  }
}

function Edges({ edges, nodes, layout, seen }: { edges: ReadonlyArray<GraphEdge>; nodes: ReadonlyArray<GraphNode>; layout: Layout; seen: Seen }) {
  const boxes = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const paths = useMemo(() => edges.flatMap((edge) => {
    const from = layout.places.get(edge.from);
    const to = layout.places.get(edge.to);
    if (!from || !to) return [];
    const start = { x: from.x + boxes.get(edge.from)!.width, y: from.y + (edge.fromY ?? boxes.get(edge.from)!.height / 2) };
    const end = { x: to.x, y: to.y + (edge.toY ?? boxes.get(edge.to)!.height / 2) };
    const points = [start, ...(layout.bends.get(lineKey(edge.from, edge.to)) ?? []), end];
    const ys = points.map((point) => point.y);
    return [{ key: `${lineKey(edge.from, edge.to)} ${edge.fromY ?? ''} ${edge.toY ?? ''} ${edge.look ?? ''}`, look: edge.look ?? '', d: curve(points), left: Math.min(start.x, end.x), right: Math.max(start.x, end.x), top: Math.min(...ys), bottom: Math.max(...ys) }];
  }), [edges, boxes, layout]);
  return (
    <svg class="edges" width="1" height="1" aria-hidden="true">
      {paths.filter((path) => path.left < seen.right && path.right > seen.left && path.top < seen.bottom && path.bottom > seen.top)
        .map((path) => <path key={path.key} class={`edge ${path.look}`} d={path.d} />)}
    </svg>
  );
}

function curve(points: ReadonlyArray<Point>): string {
  let text = `M${points[0]!.x} ${points[0]!.y}`;
  for (let index = 1; index < points.length; index++) {
    const a = points[index - 1]!;
    const b = points[index]!;
    const half = (b.x - a.x) / 2;
    text += `C${a.x + half} ${a.y} ${b.x - half} ${b.y} ${b.x} ${b.y}`;
  }
  return text;
}
