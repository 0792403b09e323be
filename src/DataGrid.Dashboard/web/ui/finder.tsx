// Finds datasets, pipelines, runs and pages by a part of their name.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DatasetSummary, PipelineSummary } from '#schema';
import { all, part } from '../api/client';
import { useLoad } from '../api/use';
import { navigate } from '../router';
import { Icon, type IconName } from './icons';

interface Found {
  readonly to: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
}

const MostShown = 12;

export function Finder({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const datasets = useLoad('finder datasets', (signal) => all<DatasetSummary>('datasets', 5000, signal));
  const pipelines = useLoad('finder pipelines', (signal) => all<PipelineSummary>('pipelines', 1000, signal));
  useEffect(() => dialog.current?.showModal(), []);
  const known: Found[] = [
    ...(pipelines.data ?? []).map((one): Found => ({ to: `/pipelines/${part(one.pipeline)}`, label: one.pipeline, note: 'pipeline', icon: 'pipelines' })),
    ...(datasets.data ?? []).map((one): Found => ({ to: `/datasets/${part(one.name)}`, label: one.name, note: one.kind, icon: 'datasets' })),
  ];
  const wanted = text.trim().toLowerCase();
  const found = known.filter((one) => one.label.toLowerCase().includes(wanted)).slice(0, MostShown);
  if (/^\d{8}-\d{6}-[0-9a-f]+$/.test(wanted)) found.unshift({ to: `/runs/${wanted}`, label: wanted, note: 'run', icon: 'runs' });
  const chosen = Math.min(at, found.length - 1);
  const go = (one: Found | undefined) => {
    if (!one) return;
    onClose();
    navigate(one.to);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') go(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="finder" aria-label="Search" onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      <div class="finder-box">
        <Icon name="search" />
        <input type="search" list={undefined} placeholder="Datasets, pipelines, a run's id" aria-label="Search" role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant={chosen >= 0 ? `found-${chosen}` : undefined}
          value={text} onInput={(event) => (setText(event.currentTarget.value), setAt(0))} onKeyDown={press} autoFocus />
      </div>
      <ul id="found" role="listbox" aria-label="Found">
        {found.map((one, index) => (
          <li key={one.to} id={`found-${index}`} role="option" aria-selected={index === chosen} onClick={() => go(one)} onMouseMove={() => setAt(index)}><Icon name={one.icon} size={14} />{one.label}<small>{one.note}</small></li>
        ))}
      </ul>
      {found.length === 0 && <p class="muted finder-none">Nothing of that name</p>}
    </dialog>
  );
}
