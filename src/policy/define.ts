import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import { countTasks } from './measure.ts';
import type { Policy, PolicyContext, Verdict } from './policy.ts';

/** Gives a policy its types, and a version where it has none. */
export function definePolicy(
  policy: Omit<Policy, 'version'> & { readonly version?: string },
): Policy {
  return { version: '0', ...policy };
}

/** For those who subclass, as VM-MAD's users did: every question has an answer that may be overridden. */
export class BasePolicy implements Policy {
  readonly name: string = this.constructor.name;
  readonly version: string = '0';

  /** Every pending job that fits a pool. */
  isCloudCandidate(_job: Job, _context: PolicyContext): boolean | Verdict {
    return true;
  }

  /** While there are candidates that no slot is free or coming for. */
  isNewVmNeeded({ unserved }: PolicyContext): boolean | Verdict {
    const count = countTasks(unserved);
    return { ok: count > 0, reason: `${count} jobs have no room` };
  }

  /** After ten minutes without a job. */
  canVmBeStopped({ idleSince }: Node, { now }: PolicyContext): boolean | Verdict {
    const idle = idleSince === undefined ? 0 : now - idleSince;
    return { ok: idle >= 600, reason: `idle for ${Math.floor(idle)} s` };
  }
}
