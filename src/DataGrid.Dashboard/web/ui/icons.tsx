// Icons are drawn here: none is fetched.
const paths = {
  overview: 'M3 12h5l2-7 4 14 2-7h5',
  pipelines: 'M4 5h5v5H4zM15 14h5v5h-5zM9 7.500h3a2 2 0 0 1 2 2v5a2 2 0 0 0 2 2',
  runs: 'M6 4l13 8-13 8z',
  datasets: 'M4 6c0-1.700 3.600-3 8-3s8 1.300 8 3-3.600 3-8 3-8-1.300-8-3zM4 6v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  lineage: 'M3 5h5v4H3zM3 15h5v4H3zM16 10h5v4h-5zM8 7h2c3 0 3 5 6 5M8 17h2c3 0 3-5 6-5',
  sql: 'M4 5l6 6-6 6M12 18h8',
  cluster: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.010M8 17h.010',
  docs: 'M8 4c-2 0-2 1-2 3s0 4-2 5c2 1 2 3 2 5s0 3 2 3M16 4c2 0 2 1 2 3s0 4 2 5c-2 1-2 3-2 5s0 3-2 3',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5',
  plus: 'M12 5v14M5 12h14',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.500l5 5L19 7',
  warn: 'M12 4l9 16H3zM12 10v4M12 17h.010',
  cross: 'M7 7l10 10M17 7L7 17',
  play: 'M7 5l11 7-11 7z',
  stop: 'M7 7h10v10H7z',
  retry: 'M4 12a8 8 0 1 0 3-6.200M4 4v5h5',
  down: 'M12 4v12M7 11l5 5 5-5M5 20h14',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14A8 8 0 1 1 10 4a6.500 6.500 0 0 0 10 10z',
  auto: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 4v16',
  chevron: 'M9 6l6 6-6 6',
  pause: 'M8 5v14M16 5v14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  key: 'M14 10a4 4 0 1 0-3.500 4L12 15.500 14 15.500 14 17.500 16 17.500 16 19.500 20 19.500 20 16.500 13.800 10.600',
  folder: 'M3 6h6l2 3h10v10H3z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
