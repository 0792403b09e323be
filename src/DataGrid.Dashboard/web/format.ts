// Numbers, sizes and times for people.
const whole = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export const count = (value: number | null | undefined): string => (value == null ? '–' : whole.format(value));

export const compact = (value: number | null | undefined): string => (value == null ? '–' : Math.abs(value) < 10_000 ? whole.format(value) : short.format(value));

export function bytes(value: number | null | undefined): string {
  if (value == null) return '–';
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds == null || Number.isNaN(milliseconds)) return '–';
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

/** Milliseconds of the API's `[d.]hh:mm:ss[.fffffff]`. */
export function span(text: string | null | undefined): number {
  if (!text) return 0;
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return 0;
  return ((Number(match[1] ?? 0) * 24 + Number(match[2])) * 60 + Number(match[3])) * 60_000 + Number(match[4]) * 1000;
}

export function between(from: string | null | undefined, to: string | null | undefined, now = Date.now()): number {
  if (!from) return 0;
  return (to ? Date.parse(to) : now) - Date.parse(from);
}

/** How long ago: `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function ago(at: string | null | undefined, now = Date.now()): string {
  if (!at) return 'never';
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.round(hours / 24)} d ago`;
}

const clock = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export const time = (at: string | null | undefined): string => (at ? clock.format(new Date(at)) : '–');

export const words = (name: string): string => name.replaceAll('_', ' ');

/** The part of a run's id that tells it from others of its second. */
export const shortRun = (run: string): string => run.slice(-8);

export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
