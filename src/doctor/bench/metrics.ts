/**
 * What is measured, by the same program here and in a guest: `image/gauge`.
 *
 * @module
 */

/** Seconds for each of something, or bytes in a second. */
export type Unit = 's' | 'B/s';

export interface Metric {
  /** As the program names it. */
  readonly id: string;
  readonly title: string;
  /** None for what is told in words of its own. */
  readonly kind?: Kind;
}

/** What jobs are made of; the verdict has a line for each. */
export const KINDS = {
  computing: 'computing',
  calls: 'system calls and memory management',
  processes: 'starting many short processes',
  disk: "files on the guest's own disk",
  share: 'files in the job directory',
  network: 'network',
} as const;

export type Kind = keyof typeof KINDS;

export const METRICS: readonly Metric[] = [
  { id: 'integer', title: 'integer step', kind: 'computing' },
  { id: 'float', title: 'floating-point step', kind: 'computing' },
  { id: 'memory', title: 'copying memory', kind: 'computing' },
  { id: 'call', title: 'system call', kind: 'calls' },
  { id: 'open', title: 'opening a file', kind: 'calls' },
  { id: 'fault', title: 'page fault', kind: 'calls' },
  { id: 'pipe', title: 'there and back by pipe', kind: 'calls' },
  { id: 'fork', title: 'fork', kind: 'processes' },
  { id: 'exec', title: 'fork and exec', kind: 'processes' },
  { id: 'disk-write', title: 'disk: writing, synced', kind: 'disk' },
  { id: 'disk-read', title: 'disk: reading', kind: 'disk' },
  { id: 'disk-files', title: 'disk: a small file', kind: 'disk' },
  { id: 'share-write', title: 'job directory: writing', kind: 'share' },
  { id: 'share-read', title: 'job directory: reading', kind: 'share' },
  { id: 'share-files', title: 'job directory: a file', kind: 'share' },
  { id: 'net-send', title: 'network: sending', kind: 'network' },
  { id: 'net-receive', title: 'network: receiving', kind: 'network' },
  { id: 'net-answer', title: 'network: an answer', kind: 'network' },
  { id: 'start', title: 'start and end' },
];
