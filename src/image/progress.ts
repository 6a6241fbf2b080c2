import type { Seconds } from '../base/clock.ts';

/** What a build tells while it works: each stage begins and is done, or was cached. */
export interface Progress {
  /** From 1. */
  readonly stage: number;
  readonly stages: number;
  readonly label: string;
  readonly event: 'begins' | 'done' | 'cached';
  /** How long it took, once it is done. */
  readonly seconds?: Seconds;
}

/** `[2/5] assemble … 3.2 s` */
export function renderProgress({ stage, stages, label, event, seconds = 0 }: Progress): string {
  const head = `[${stage}/${stages}] ${label} …`;
  if (event === 'begins') return head;
  return `${head} ${event === 'cached' ? 'cached' : `${seconds.toFixed(1)} s`}`;
}
