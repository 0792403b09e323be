// The graph of tables: which dataset reads which, over all pipelines.
import type { DatasetKind, DatasetSummary, Materialization, PipelineDetail, PipelineSummary } from '#schema';
import { all, get, part } from '../api/client';

export interface Table {
  readonly name: string;
  readonly kind: DatasetKind | Materialization;
  readonly pipeline: string | null;
  readonly description: string | null;
  readonly reads: ReadonlyArray<string>;
}

export type Tables = ReadonlyMap<string, Table>;

const PipelinesAtOnce = 6;

export async function readTables(signal: AbortSignal): Promise<Tables> {
  const [datasets, pipelines] = await Promise.all([all<DatasetSummary>('datasets', 20_000, signal), all<PipelineSummary>('pipelines', 2000, signal)]);
  const details: PipelineDetail[] = [];
  for (let index = 0; index < pipelines.length; index += PipelinesAtOnce)
    details.push(...await Promise.all(pipelines.slice(index, index + PipelinesAtOnce).map((one) => get<PipelineDetail>(`pipelines/${part(one.pipeline)}`, signal))));
  const tables = new Map<string, Table>();
  for (const one of datasets) if (one.kind !== 'quarantine') tables.set(one.name, { name: one.name, kind: one.kind, pipeline: one.pipeline ?? null, description: one.description ?? null, reads: [] });
  for (const detail of details) {
    for (const source of detail.sources ?? []) if (!tables.has(source.name)) tables.set(source.name, { name: source.name, kind: 'source', pipeline: detail.summary.pipeline, description: source.description ?? null, reads: [] });
    for (const step of detail.steps ?? []) tables.set(step.name, { name: step.name, kind: step.materialization, pipeline: detail.summary.pipeline, description: step.description ?? tables.get(step.name)?.description ?? null, reads: step.reads });
  }
  return tables;
}

/** All that a table comes from, and all that is made of it, with itself. */
export function connected(tables: Tables, start: string): ReadonlySet<string> {
  const readers = new Map<string, string[]>();
  for (const table of tables.values()) for (const read of table.reads) readers.set(read, [...(readers.get(read) ?? []), table.name]);
  return new Set([...reach(start, (name) => tables.get(name)?.reads ?? []), ...reach(start, (name) => readers.get(name) ?? [])]);
}

function reach(start: string, next: (name: string) => ReadonlyArray<string>): Set<string> {
  const found = new Set([start]);
  const waiting = [start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const other of next(name)) if (!found.has(other)) {
      found.add(other);
      waiting.push(other);
    }
  return found;
}

/** A target is `namespace.name` or `namespace.name.column`. */
export function split(target: string): { readonly dataset: string; readonly column: string | null } {
  const [space, name, ...rest] = target.split('.');
  return { dataset: name === undefined ? target : `${space}.${name}`, column: rest.length > 0 ? rest.join('.') : null };
}
