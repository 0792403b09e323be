// What stands around every page: the list of pages, search, the theme, who looks.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Me, PageOfRunView } from '#schema';
import { key } from '../api/client';
import { useApi } from '../api/use';
import { Link, usePlace } from '../router';
import { Icon, type IconName } from './icons';
import { Finder } from './finder';

const places: ReadonlyArray<readonly [string, string, IconName]> = [
  ['/', 'Overview', 'overview'],
  ['/pipelines', 'Pipelines', 'pipelines'],
  ['/runs', 'Runs', 'runs'],
  ['/datasets', 'Datasets', 'datasets'],
  ['/lineage', 'Lineage', 'lineage'],
  ['/sql', 'SQL', 'sql'],
  ['/cluster', 'Cluster', 'cluster'],
  ['/api/docs', 'API', 'docs'],
];

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

function themeNow(): Theme {
  const kept = localStorage.getItem('datagrid.theme');
  return themes.find((theme) => theme === kept) ?? 'auto';
}

function show(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

show(themeNow());

export function Shell({ me, children }: { me: Me; children: ComponentChildren }) {
  const { path } = usePlace();
  const [isOpen, setOpen] = useState(false);
  const [finds, setFinds] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      const writes = event.target instanceof HTMLElement && (event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName));
      if ((event.key === '/' && !writes && !event.ctrlKey && !event.metaKey) || (event.key === 'k' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        setFinds(true);
      }
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
  return (
    <div class={isOpen ? 'shell open' : 'shell'}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>Skip to the page</a>
      <header class="top">
        <button type="button" class="plain menu" aria-label="Pages" aria-expanded={isOpen} aria-controls="pages" onClick={() => setOpen(!isOpen)}><Icon name={isOpen ? 'close' : 'menu'} size={20} /></button>
        <Link to="/" class="brand"><Mark />DataGrid</Link>
      </header>
      <nav id="pages" aria-label="Pages">
        <Link to="/" class="brand"><Mark />DataGrid</Link>
        <button type="button" class="find" onClick={() => setFinds(true)}><Icon name="search" size={14} />Search<kbd>/</kbd></button>
        <ul>
          {places.map(([to, label, icon]) => (
            <li key={to}>
              <Link to={to} aria-current={(to === '/' ? path === '/' : path.startsWith(to)) ? 'page' : undefined}><Icon name={icon} />{label}{to === '/runs' && <Active />}</Link>
            </li>
          ))}
        </ul>
        <footer>
          <ThemeButton />
          <div class="who"><span title={`workspace ${me.workspace}`}>{me.name}</span><small>{me.role} · v{me.version}</small></div>
          {key.get() && <button type="button" class="plain" onClick={() => (key.forget(), location.reload())}><Icon name="key" size={14} />Sign out</button>}
        </footer>
      </nav>
      <main id="main" tabIndex={-1}>{children}</main>
      {finds && <Finder onClose={() => setFinds(false)} />}
    </div>
  );
}

export function Mark() {
  return (
    <svg class="mark" width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4f46e5" />
      <g fill="#fff"><rect x="7" y="7" width="5" height="5" rx="1.500" /><rect x="7" y="20" width="5" height="5" rx="1.500" opacity=".75" /><rect x="20" y="13.500" width="5" height="5" rx="1.500" /></g>
      <path d="M12 9.500h3c3 0 2 6.500 5 6.500M12 22.500h3c3 0 2-6.500 5-6.500" fill="none" stroke="#fff" stroke-width="1.800" />
    </svg>
  );
}

function Active() {
  const running = useApi<PageOfRunView>('runs?status=running&limit=20', 5000);
  const many = running.data?.items.length ?? 0;
  return many > 0 ? <span class="badge" aria-label={`${many} running`}>{many}</span> : null;
}

function ThemeButton() {
  const [theme, setTheme] = useState(themeNow());
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const change = () => {
    localStorage.setItem('datagrid.theme', next);
    show(next);
    setTheme(next);
  };
  return <button type="button" class="plain theme" onClick={change} title={`Colours: ${theme}`}><Icon name={theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'auto'} size={14} />{theme} theme</button>;
}
