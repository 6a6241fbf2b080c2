import type { Host } from '../host/host.ts';
import type { StageCache } from './cache.ts';
import type { Progress } from './progress.ts';
import type { RunInGuest } from './run-step.ts';
import type { Tools } from './tools.ts';

/** What a build works with. */
export interface BuildContext {
  readonly host: Host;
  readonly tools: Tools;
  readonly isRoot: boolean;
  readonly cache: StageCache;
  /** Whether cached results are used; they are kept in any case. */
  readonly reuse: boolean;
  /** Directory for the installation of packages; programs must be allowed to run from there. */
  readonly temporary: string;
  readonly runInGuest: RunInGuest;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}
