// Addresses are pages: the path says which, the query what of it is shown.
import type { ComponentChildren, CSSProperties } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const changed = new EventTarget();

export function navigate(to: string, how: { replace?: boolean } = {}): void {
  if (how.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  changed.dispatchEvent(new Event('change'));
}

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

export function usePlace(): Place {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((n) => n + 1);
    changed.addEventListener('change', listener);
    addEventListener('popstate', listener);
    return () => {
      changed.removeEventListener('change', listener);
      removeEventListener('popstate', listener);
    };
  }, []);
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** One value of the address's query, and how to change it. */
export function useQueryValue(name: string, fallback = ''): [string, (value: string) => void] {
  const place = usePlace();
  const set = (value: string) => {
    const query = new URLSearchParams(location.search);
    if (value === fallback) query.delete(name);
    else query.set(name, value);
    const text = query.toString();
    navigate(location.pathname + (text ? `?${text}` : ''), { replace: true });
  };
  return [place.query.get(name) ?? fallback, set];
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly title?: string | undefined;
  readonly style?: CSSProperties;
  readonly 'aria-current'?: 'page' | undefined;
  readonly 'aria-label'?: string;
  readonly children?: ComponentChildren;
}

export function Link({ to, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={click} {...rest}>{children}</a>;
}
