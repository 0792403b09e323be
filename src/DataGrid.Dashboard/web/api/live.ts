// A run's events as they happen. A browser opens few connections to one host, over all tabs: who does not look gives theirs back.
// EventSource cannot send a header, so the stream is read by fetch; what was missed comes again by Last-Event-ID.
import type { RunEvent, StepProgress } from '#schema';
import { ApiProblem, part, send } from './client';

export interface RunListener {
  events(news: ReadonlyArray<RunEvent>): void;
  progress(step: StepProgress): void;
  ended(): void;
  failed(problem: unknown): void;
}

interface ServerEvent {
  readonly id: string | null;
  readonly name: string;
  readonly data: string;
}

const FirstPauseMs = 500;
const LongestPauseMs = 15_000;

/** Follows a run from its first event until it has ended or the signal says stop. */
export async function follow(run: string, listener: RunListener, signal: AbortSignal): Promise<void> {
  let last: string | null = null;
  let pause = FirstPauseMs;
  while (!signal.aborted) {
    await seen(signal);
    const stop = new AbortController();
    const leave = () => document.hidden && stop.abort();
    document.addEventListener('visibilitychange', leave);
    try {
      const response: Response = await send(`runs/${part(run)}/events`, { accept: 'text/event-stream', signal: AbortSignal.any([signal, stop.signal]), headers: last ? { 'Last-Event-ID': last } : {} });
      if (response.status === 204 || !response.body) return listener.ended();
      for await (const batch of batches(response.body)) {
        pause = FirstPauseMs;
        const news: RunEvent[] = [];
        for (const told of batch) {
          if (told.id) last = told.id;
          if (told.name === 'progress') listener.progress(JSON.parse(told.data) as StepProgress);
          else if (told.name !== 'end') news.push(JSON.parse(told.data) as RunEvent);
        }
        if (news.length > 0) listener.events(news);
        if (batch.some((told) => told.name === 'end')) return listener.ended();
      }
    } catch (fault) {
      if (signal.aborted) return;
      if (stop.signal.aborted) continue;
      if (fault instanceof ApiProblem && fault.answer.status >= 400 && fault.answer.status < 500 && fault.answer.status !== 429) return listener.failed(fault);
    } finally {
      document.removeEventListener('visibilitychange', leave);
    }
    await rest(pause, signal);
    pause = Math.min(pause * 2, LongestPauseMs);
  }
}

/** Waits until somebody looks. */
function seen(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      done();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look, { once: true });
  });
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

async function* batches(body: ReadableStream<Uint8Array>): AsyncGenerator<ReadonlyArray<ServerEvent>> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const end = rest.lastIndexOf('\n\n');
    if (end < 0) continue;
    const whole = rest.slice(0, end);
    rest = rest.slice(end + 2);
    yield whole.split('\n\n').map(parse).filter((told) => told.name !== '');
  }
}

function parse(text: string): ServerEvent {
  let id: string | null = null;
  let name = '';
  let data = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  return { id, name, data };
}
