// The shell: who looks, the pages' list, and the page. Each page is a file that is loaded when it is first seen.
import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import type { Me } from '#schema';
import { get, onSignedOut } from './api/client';
import { forgetAll } from './api/use';
import { OverviewPage } from './pages/overview';
import { SignIn } from './pages/signin';
import { usePlace } from './router';
import { Session } from './session';
import { Loading, PageHead, Trouble } from './ui/parts';
import { Shell } from './ui/shell';

interface PageProps {
  readonly name: string;
}

type Page = ComponentType<PageProps>;

const loaded = new Map<Loader, Page>();
type Loader = () => Promise<{ default: Page }>;

const pages: ReadonlyArray<readonly [RegExp, Loader]> = [
  [/^\/start$/, () => import('./pages/start')],
  [/^\/pipelines$/, () => import('./pages/pipelines')],
  [/^\/pipelines\/([^/]+)$/, () => import('./pages/pipeline')],
  [/^\/runs$/, () => import('./pages/runs')],
  [/^\/runs\/([^/]+)$/, () => import('./pages/run')],
  [/^\/datasets$/, () => import('./pages/datasets')],
  [/^\/datasets\/([^/]+)$/, () => import('./pages/dataset')],
  [/^\/lineage$/, () => import('./pages/lineage')],
  [/^\/sql$/, () => import('./pages/sql')],
  [/^\/cluster$/, () => import('./pages/cluster')],
  [/^\/api\/docs$/, () => import('./pages/docs')],
];

export function App() {
  const [me, setMe] = useState<Me | null>(null);
  const [problem, setProblem] = useState<unknown>();
  const [wantsKey, setWantsKey] = useState(false);
  const enter = async () => {
    try {
      setMe(await get<Me>('me'));
      setWantsKey(false);
      setProblem(undefined);
    } catch (fault) {
      setProblem(fault);
    }
  };
  useEffect(() => {
    const stop = onSignedOut(() => {
      forgetAll();
      setMe(null);
      setWantsKey(true);
    });
    void enter();
    return stop;
  }, []);
  if (wantsKey) return <SignIn onKey={enter} problem={problem} />;
  if (!me) return problem === undefined ? <Loading /> : <main class="alone"><h1>DataGrid</h1><Trouble problem={problem} /><button type="button" onClick={enter}>Try again</button></main>;
  return <Session.Provider value={me}><Shell me={me}><Routes /></Shell></Session.Provider>;
}

function Routes() {
  const { path } = usePlace();
  const first = useRef(true);
  useEffect(() => {
    scrollTo(0, 0);
    // Who reads with a screen reader or the keyboard begins at the new page, not where the link stood.
    if (!first.current) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  if (path === '/') return <OverviewPage />;
  for (const [pattern, loader] of pages) {
    const match = pattern.exec(path);
    if (match) return <Lazy key={path} loader={loader} name={decodeURIComponent(match[1] ?? '')} />;
  }
  return <PageHead title="There is no such page" />;
}

function Lazy({ loader, name }: { loader: Loader; name: string }) {
  const [, redraw] = useState(0);
  const [problem, setProblem] = useState<unknown>();
  const [fault] = useErrorBoundary((wrong: unknown) => console.error(wrong));
  useEffect(() => {
    if (loaded.has(loader)) return;
    loader().then((module) => (loaded.set(loader, module.default), redraw((n) => n + 1)), setProblem);
  }, [loader]);
  if (fault || problem) return <><Trouble problem={fault ?? problem} /><button type="button" onClick={() => location.reload()}>Load the page again</button></>;
  const Page = loaded.get(loader);
  return Page ? <Page name={name} /> : <Loading />;
}
