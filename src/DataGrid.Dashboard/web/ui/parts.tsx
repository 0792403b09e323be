// The parts that pages are made of.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../api/client';
import { Icon, type IconName } from './icons';

export function Panel({ title, note, actions, children, flush }: { title?: ComponentChildren; note?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; flush?: boolean }) {
  return (
    <section class={flush ? 'panel flush' : 'panel'}>
      {(title || actions) && (
        <header>
          {title && <h2>{title}</h2>}
          {note && <span class="muted">{note}</span>}
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function PageHead({ title, crumbs, pills, children }: { title: ComponentChildren; crumbs?: ComponentChildren; pills?: ComponentChildren; children?: ComponentChildren }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const text = head.current?.textContent;
    document.title = text && text !== 'Overview' ? `${text} · DataGrid` : 'DataGrid';
  });
  return (
    <div class="page-head">
      <div>
        {crumbs && <div class="crumbs">{crumbs}</div>}
        <div class="title"><h1 ref={head} tabIndex={-1}>{title}</h1>{pills}</div>
      </div>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}

export function Stat({ label, value, note, tone }: { label: string; value: ComponentChildren; note?: ComponentChildren; tone?: string }) {
  return <div class={`stat ${tone ?? ''}`}><dt>{label}</dt><dd>{value}{note && <small>{note}</small>}</dd></div>;
}

export function Stats({ children }: { children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}

export function Loading({ what = 'Loading' }: { what?: string }) {
  return <div class="loading" role="status"><span class="spinner" />{what}…</div>;
}

export function Empty({ icon, title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return <div class="empty">{icon && <Icon name={icon} size={28} />}<p class="empty-title">{title}</p>{children}</div>;
}

/** What went wrong, where, and what to do. */
export function Trouble({ problem }: { problem: unknown }) {
  if (problem === undefined || problem === null) return null;
  if (!(problem instanceof ApiProblem)) return <div class="trouble" role="alert"><p>{problem instanceof Error ? problem.message : String(problem)}</p></div>;
  const { answer } = problem;
  const several = answer.problems && answer.problems.length > 1 ? answer.problems : null;
  return (
    <div class="trouble" role="alert">
      {several
        ? several.map((one) => <One key={one.message} code={one.code} message={one.message} place={placeOf(one.position)} excerpt={one.excerpt} help={one.help} />)
        : <One code={answer.code} message={answer.detail} place={placeOf(answer)} excerpt={answer.excerpt} help={answer.help} />}
    </div>
  );
}

interface Place {
  readonly file?: string | null | undefined;
  readonly line?: number | null | undefined;
  readonly column?: number | null | undefined;
}

function placeOf(place: Place | null | undefined): string | null {
  if (!place?.file) return null;
  return [place.file, place.line, place.column].filter((value) => value != null).join(':');
}

export function One({ code, message, place, excerpt, help }: { code: string; message: string; place?: string | null; excerpt?: string | null | undefined; help?: string | null | undefined }) {
  return (
    <div class="one-trouble">
      <p><strong>{message}</strong> <code>{code}</code></p>
      {place && <p class="mono muted">{place}</p>}
      {excerpt && <pre tabIndex={0}>{excerpt}</pre>}
      {help && <p class="help">{help}</p>}
    </div>
  );
}

/** Shows what was loaded, or that it is not there yet, or why it never will be. */
export function Show<T>({ of, children }: { of: { data: T | undefined; problem: unknown; isLoading: boolean }; children: (data: T) => ComponentChildren }) {
  if (of.data !== undefined) return <>{of.problem !== undefined && <Trouble problem={of.problem} />}{children(of.data)}</>;
  return of.isLoading ? <Loading /> : <Trouble problem={of.problem} />;
}

export interface Tab {
  readonly id: string;
  readonly label: ComponentChildren;
}

export function Tabs({ tabs, at, onChange, label }: { tabs: ReadonlyArray<Tab>; at: string; onChange: (id: string) => void; label: string }) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.findIndex((tab) => tab.id === at) + step + tabs.length) % tabs.length]!;
    onChange(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map((tab) => (
        <button key={tab.id} type="button" role="tab" data-tab={tab.id} aria-selected={tab.id === at} tabIndex={tab.id === at ? 0 : -1} onClick={() => onChange(tab.id)}>{tab.label}</button>
      ))}
    </div>
  );
}

export function Dialog({ title, onClose, children, wide }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={onClose}>
      <header><h2 id={id}>{title}</h2><button type="button" class="plain" aria-label="Close" onClick={onClose}><Icon name="close" /></button></header>
      {children}
    </dialog>
  );
}

/** A button that does something that takes a moment, and says what came in its way. */
export function ActionButton({ act, children, class: look, icon }: { act: () => Promise<unknown>; children: ComponentChildren; class?: string; icon?: IconName }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const click = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
    } catch (fault) {
      setProblem(fault);
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class={look ?? ''} disabled={busy} onClick={click}>{busy ? <span class="spinner" /> : icon && <Icon name={icon} size={14} />}{children}</button>
      {problem !== undefined && <Dialog title="It was not done" onClose={() => setProblem(undefined)}><Trouble problem={problem} /></Dialog>}
    </>
  );
}

/** A bar of parts, each with its share. */
export function Meter({ parts, total, label }: { parts: ReadonlyArray<{ tone: string; value: number; label: string }>; total: number; label: string }) {
  return (
    <span class="meter" role="img" aria-label={label} title={label}>
      {parts.filter((one) => one.value > 0).map((one) => <i key={one.label} class={one.tone} style={{ width: `${total > 0 ? Math.max(1, (one.value / total) * 100) : 0}%` }} />)}
    </span>
  );
}
