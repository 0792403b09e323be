// Documents of the API in components: what was read before is shown at once, and read again.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './client';

const kept = new Map<string, unknown>();
const MostKept = 200;

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly problem: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Forgets all documents: somebody else looks now. */
export function forgetAll(): void {
  kept.clear();
}

/**
 * A document, read anew when its address changes and every `everyMs` while the page is seen.
 * @param path The address below /api/v1; null asks for nothing.
 */
export function useApi<T>(path: string | null, everyMs = 0): Loaded<T> {
  const read = useCallback((signal: AbortSignal) => get<T>(path!, signal), [path]);
  return useLoad(path, read, everyMs);
}

/** Something that is read in another way, under a name of its own. */
export function useLoad<T>(name: string | null, read: (signal: AbortSignal) => Promise<T>, everyMs = 0): Loaded<T> {
  const [, redraw] = useState(0);
  const [turn, setTurn] = useState(0);
  const problems = useRef<{ name: string | null; problem: unknown }>({ name, problem: undefined });
  const busy = useRef(false);
  if (problems.current.name !== name) problems.current = { name, problem: undefined };

  useEffect(() => {
    if (name === null) return;
    const stop = new AbortController();
    busy.current = true;
    read(stop.signal).then(
      (data) => {
        if (stop.signal.aborted) return;
        if (kept.size >= MostKept) kept.delete(kept.keys().next().value as string);
        const changed = problems.current.problem !== undefined || JSON.stringify(kept.get(name)) !== JSON.stringify(data);
        busy.current = false;
        problems.current = { name, problem: undefined };
        if (changed) kept.set(name, data);
        redraw((n) => n + 1);
      },
      (problem: unknown) => {
        if (stop.signal.aborted) return;
        busy.current = false;
        problems.current = { name, problem };
        redraw((n) => n + 1);
      });
    return () => stop.abort();
  }, [name, turn]);

  useEffect(() => {
    if (name === null || everyMs === 0) return;
    const timer = setInterval(() => document.hidden || setTurn((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [name, everyMs]);

  const data = name === null ? undefined : (kept.get(name) as T | undefined);
  const problem = problems.current.problem;
  return { data, problem, isLoading: name !== null && data === undefined && problem === undefined, reload: () => setTurn((n) => n + 1) };
}
