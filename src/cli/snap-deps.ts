import type { Deps } from './deps.ts';

/** What these commands need: no other machine, so that they also run inside a guest. */
export type SnapDeps = Pick<
  Deps,
  'env' | 'output' | 'pause' | 'program' | 'setStatus' | 'terminal' | 'walkHelper'
>;
