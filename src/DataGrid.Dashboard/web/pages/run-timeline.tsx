import { useState } from 'preact/hooks';
import type { RunEvent, RunView, StepRecord } from '#schema';
import { duration, span } from '../format';
import { Empty } from '../ui/parts';
import { toneOf } from '../ui/status';

interface Lane {
  readonly name: string;
  readonly tone: string;
  readonly elapsed: string;
  readonly bars: ReadonlyArray<{ readonly from: number; readonly to: number; readonly look: string; readonly what: string }>;
}

/** When each step waited, worked and was published: a bar a task's attempt. */
export function Timeline({ view, events, steps, chosen, onChoose, now }: { view: RunView; events: ReadonlyArray<RunEvent>; steps: ReadonlyArray<StepRecord>; chosen: string; onChoose: (name: string) => void; now: number }) {
  if (events.length === 0) return <Empty icon="clock" title="Nothing has happened yet" />;
  // The time in the queue is none of the run's.
  const begin = Date.parse((events.find((told) => told.kind === 'run_started') ?? events[0]!).at);
  const end = view.endedAt ? Math.max(Date.parse(view.endedAt), Date.parse(events.at(-1)!.at)) : Math.max(now, Date.parse(events.at(-1)!.at));
  const whole = Math.max(1, end - begin);
  const publishing = events.find((told) => told.kind === 'publish_started');
  const lanes = steps.map((step) => laneOf(step, events, end, publishing));
  const at = (moment: number) => `${((moment - begin) / whole) * 100}%`;
  return (
    <div class="timeline">
      <div class="scale" aria-hidden="true"><span /><div><span>0</span><span>{duration(whole / 2)}</span><span>{duration(whole)}</span></div><span /></div>
      {lanes.map((lane) => (
        <button key={lane.name} type="button" class="lane" aria-pressed={lane.name === chosen} onClick={() => onChoose(lane.name)}>
          <span class="what" title={lane.name}>{lane.name}</span>
          <span class="track">{lane.bars.map((bar) => <i key={`${bar.look} ${bar.from}`} class={bar.look} title={`${bar.what}: ${duration(bar.to - bar.from)}`} style={{ left: at(bar.from), width: `${(Math.max(0, bar.to - bar.from) / whole) * 100}%` }} />)}</span>
          <span class="number muted">{lane.elapsed}</span>
        </button>
      ))}
    </div>
  );
}

function laneOf(step: StepRecord, events: ReadonlyArray<RunEvent>, end: number, publishing: RunEvent | undefined): Lane {
  const bars: { from: number; to: number; look: string; what: string }[] = [];
  const tone = toneOf(step.status);
  let from: number | null = null;
  for (const told of events.filter((one) => one.step === step.name)) {
    const at = Date.parse(told.at);
    if (told.kind === 'step_started') from = at;
    else if (told.kind === 'step_retried' && from !== null) {
      bars.push({ from, to: at, look: 'bad', what: 'an attempt that failed' });
      from = at;
    } else if ((told.kind === 'step_staged' || told.kind === 'step_failed') && from !== null) {
      // What the task itself took stands at the end; before it, the step waited for a free slot.
      const worked = Math.min(span(told.record?.elapsed), at - from);
      if (at - worked > from) bars.push({ from, to: at - worked, look: 'waits', what: 'waiting for a slot' });
      bars.push({ from: at - worked, to: at, look: told.kind === 'step_failed' ? 'bad' : tone === 'busy' ? 'busy' : 'good', what: 'working' });
      from = null;
    } else if (told.kind === 'step_published' && publishing) {
      bars.push({ from: Math.min(at, Date.parse(publishing.at)), to: at, look: 'publish', what: 'publishing' });
    }
  }
  if (from !== null) bars.push({ from, to: end, look: 'busy', what: 'working' });
  return { name: step.name, tone, elapsed: span(step.elapsed) > 0 ? duration(span(step.elapsed)) : step.note ? '' : step.status, bars };
}

/** The run's story, line by line. */
export function Log({ events, run }: { events: ReadonlyArray<RunEvent>; run: string }) {
  const [text, setText] = useState('');
  const shown = events.filter((told) => told.message.toLowerCase().includes(text.toLowerCase()));
  const save = () => {
    const lines = events.map((told) => `${told.at}  ${told.message}\n`);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(lines, { type: 'text/plain' }));
    link.download = `${run}.log`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <header class="panel-tools filters"><input type="search" placeholder="Filter" aria-label="Filter the log" value={text} onInput={(event) => setText(event.currentTarget.value)} /><button type="button" onClick={save}>Download</button></header>
      <ol class="log" tabIndex={0} aria-label="Log">
        {shown.map((told) => (
          <li key={told.sequence}>
            <time dateTime={told.at}>{told.at.slice(11, 23)}</time>
            <div class={told.kind === 'step_failed' || (told.kind === 'run_ended' && told.status !== 'succeeded') ? 'bad' : told.kind === 'step_retried' || (told.kind === 'check_reported' && told.record?.checks?.some((check) => check.passed === false)) ? 'warn' : ''}>
              {told.message}
              {told.problem && <div class="help">{told.problem.code}: {told.problem.message}{told.problem.help && <><br />→ {told.problem.help}</>}</div>}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
