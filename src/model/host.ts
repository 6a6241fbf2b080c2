import type { Bytes } from '../base/units.ts';
import type { HostName } from './job.ts';

/** A machine that runs jobs, as the batch system tells of it. */
export interface BatchHost {
  readonly name: HostName;
  /** `up`: it reports, and takes jobs unless it is cordoned. `down`: the batch system has given it up, or has not heard of it yet. */
  readonly state: 'up' | 'down';
  /** Slots that jobs may use, and how many they do; counted over all queues. */
  readonly slots: number;
  readonly used: number;
  readonly memory?: Bytes;
  readonly features: readonly string[];
  /** Whose jobs it takes; missing where nobody tells: those of all. */
  readonly queues?: readonly string[];
  /**
   * It takes no new jobs. `ours`: by us, as the batch system itself remembers. The reason is missing where it keeps
   * none (Grid Engine).
   */
  readonly cordon?: { readonly ours: boolean; readonly reason?: string };
}
