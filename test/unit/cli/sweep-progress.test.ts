import { expect, it } from 'vitest';
import { sweepProgress } from '../../../src/cli/sweep-progress.ts';
import type { Seen } from '../../../src/grid/look.ts';
import type { JobState } from '../../../src/grid/target.ts';

const seen = (...states: readonly JobState[]): readonly Seen[] =>
  states.map((state) => ({ status: { state } }) as Seen);

it('sweepProgress() shows how many are over, and how', () => {
  const written: string[] = [];
  const progress = sweepProgress({
    terminal: { write: (text) => written.push(text), columns: 80 },
  });
  progress.handedOver(1, 4);
  progress.looked(seen('finished', 'failed', 'running', 'queued'));
  progress.fetched(3, 4);
  progress.erase();
  expect(written.map((text) => text.replace('\x1b[K', ''))).toEqual([
    '\r[######------------------] 1 of 4 handed over',
    '\r[############------------] 1 queued, 1 running, 1 finished, 1 failed',
    '\r[##################------] 3 of 4 fetched',
    '\r',
  ]);
});

it('sweepProgress() shows nothing where nobody looks', () => {
  const progress = sweepProgress({});
  progress.looked(seen('running'));
  progress.erase();
});
