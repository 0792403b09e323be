// Talks to the API. A key, where one is needed, lives in this tab's session and goes into a header; it is never part of an address.
import type { ProblemAnswer } from '#schema';

const KeyName = 'datagrid.key';

export const ApiPath = '/api/v1';

/** What the server answered instead of what was asked for. */
export class ApiProblem extends Error {
  constructor(readonly answer: Pick<ProblemAnswer, 'status' | 'code' | 'detail'> & Partial<ProblemAnswer>) {
    super(answer.detail);
  }
}

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls when the server wants a key, or a better one. Returns how to stop. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

export const key = {
  get: (): string | null => sessionStorage.getItem(KeyName),
  set: (value: string): void => sessionStorage.setItem(KeyName, value),
  forget: (): void => sessionStorage.removeItem(KeyName),
};

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly form?: FormData | Blob;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request and gives the response when it is good. */
export async function send(path: string, ask: Ask = {}): Promise<Response> {
  const headers = new Headers({ Accept: ask.accept ?? 'application/json', ...ask.headers });
  const secret = key.get();
  if (secret) headers.set('Authorization', `Bearer ${secret}`);
  let body: BodyInit | null = ask.form ?? null;
  if (ask.body !== undefined) {
    headers.set('Content-Type', 'application/json');
    body = JSON.stringify(ask.body);
  }
  let response: Response;
  try {
    response = await fetch(path.startsWith('/') ? path : `${ApiPath}/${path}`, { method: ask.method ?? 'GET', headers, body, signal: ask.signal ?? null });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    throw new ApiProblem({ status: 0, code: 'unreachable', detail: 'the server does not answer', help: 'is `datagrid up` still running?' });
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401) for (const listener of signedOut) listener();
  throw problem;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    return new ApiProblem((await response.json()) as ProblemAnswer);
  } catch {
    return new ApiProblem({ status: response.status, code: 'unknown', detail: `the server answered ${response.status}` });
  }
}

/** Asks for a document. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, { signal })).json()) as T;
}

/** Asks for a change. */
export async function post<T>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T> {
  return (await (await send(path, { method: 'POST', ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) })).json()) as T;
}

interface PageOf<T> {
  readonly items: ReadonlyArray<T>;
  readonly next?: string | null;
}

/** Reads a list page by page, up to a number of items. */
export async function all<T>(path: string, most = 2000, signal?: AbortSignal): Promise<ReadonlyArray<T>> {
  const found: T[] = [];
  const address = `${path}${path.includes('?') ? '&' : '?'}limit=200`;
  let cursor: string | null | undefined = '';
  do {
    const page: PageOf<T> = await get(cursor ? `${address}&cursor=${encodeURIComponent(cursor)}` : address, signal);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor && found.length < most);
  return found;
}

/** A part of an address. */
export const part = encodeURIComponent;

/** A key for a request that makes something, so that sending it twice makes it once. */
export function once(): Record<string, string> {
  return { 'Idempotency-Key': [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}
