import type { CheckResult, RunStatus, StepStatus } from '#schema';
import { words } from '../format';
import { Icon, type IconName } from './icons';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

const tones: Record<RunStatus | StepStatus, readonly [Tone, IconName]> = {
  queued: ['calm', 'clock'],
  waiting: ['calm', 'clock'],
  running: ['busy', 'play'],
  publishing: ['busy', 'play'],
  staged: ['busy', 'check'],
  succeeded: ['good', 'check'],
  published: ['good', 'check'],
  failed: ['bad', 'cross'],
  cancelled: ['calm', 'stop'],
  partially_published: ['warn', 'warn'],
  abandoned: ['bad', 'cross'],
  skipped: ['calm', 'chevron'],
};

export const toneOf = (status: RunStatus | StepStatus): Tone => tones[status][0];

export function Pill({ tone, icon, children }: { tone: Tone; icon?: IconName; children: preact.ComponentChildren }) {
  return <span class={`pill ${tone}`}>{icon && <Icon name={icon} size={12} />}{children}</span>;
}

export function Status({ status }: { status: RunStatus | StepStatus }) {
  const [tone, icon] = tones[status];
  return <Pill tone={tone} icon={icon}>{words(status)}</Pill>;
}

/** What a check came to: passed, or what became of the rows that did not. */
export function checkTone(check: CheckResult): Tone {
  if (check.passed ?? check.failedRows === 0) return 'good';
  return check.otherwise === 'fail' ? 'bad' : 'warn';
}

export function checkWord(check: CheckResult): string {
  if (check.passed ?? check.failedRows === 0) return 'passed';
  return { fail: 'failed', warn: 'warned', drop: 'dropped', quarantine: 'quarantined' }[check.otherwise];
}

export function CheckPill({ check }: { check: CheckResult }) {
  const tone = checkTone(check);
  return <Pill tone={tone} icon={tone === 'good' ? 'check' : tone === 'bad' ? 'cross' : 'warn'}>{checkWord(check)}</Pill>;
}
