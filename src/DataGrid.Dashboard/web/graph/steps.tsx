// The graph of a pipeline or a run: what it reads, and its steps.
import type { Materialization } from '#schema';
import { navigate } from '../router';
import { part } from '../api/client';
import { GraphView, type GraphNode } from './view';

export interface StepNode {
  readonly name: string;
  readonly kind: Materialization | 'source';
  readonly reads: ReadonlyArray<string>;
  readonly tone?: string;
  readonly sub?: string;
  /** From 0 to 100 while it runs. */
  readonly percent?: number | null | undefined;
}

const Width = 204;
const Height = 50;

export function StepGraph({ steps, label, onChoose, chosen }: { steps: ReadonlyArray<StepNode>; label: string; onChoose?: (name: string) => void; chosen?: string | null }) {
  const known = new Set(steps.map((step) => step.name));
  const outside = [...new Set(steps.flatMap((step) => step.reads))].filter((name) => !known.has(name));
  const all: StepNode[] = [...outside.map((name): StepNode => ({ name, kind: 'source', reads: [] })), ...steps];
  const nodes = all.map((step): GraphNode => ({
    id: step.name,
    label: step.name,
    width: Width,
    height: Height,
    look: `${step.tone ?? ''} ${step.name === chosen ? 'lit' : ''}`,
    children: (
      <>
        <button type="button" class="inner" onClick={() => (known.has(step.name) && onChoose ? onChoose(step.name) : navigate(`/datasets/${part(step.name)}`))}>
          <NodeName name={step.name} />
          <span class="sub">{step.sub ?? step.kind}</span>
        </button>
        {step.percent != null && <span class="progress"><i style={{ width: `${step.percent}%` }} /></span>}
      </>
    ),
  }));
  const edges = all.flatMap((step) => step.reads.map((from) => ({ from, to: step.name, look: step.name === chosen || from === chosen ? 'lit' : '' })));
  return <GraphView nodes={nodes} edges={edges} label={label} fitKey={all.length.toString()} />;
}

export function NodeName({ name }: { name: string }) {
  const dot = name.indexOf('.');
  return <span class="label" title={name}><b>{name.slice(0, dot + 1)}</b>{name.slice(dot + 1)}</span>;
}
