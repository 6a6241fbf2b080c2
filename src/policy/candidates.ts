import type { Seconds } from '../base/clock.ts';
import type { Policy, Verdict } from './policy.ts';
import { no, yes } from './verdict.ts';

export interface CandidatesOptions {
  /** Default: of all queues. */
  readonly queues?: readonly string[];
  /** Default: of all users. */
  readonly users?: readonly string[];
  readonly notUsers?: readonly string[];
  readonly maxSlots?: number;
  /** Jobs without a limit of their own are taken for longer. */
  readonly maxWallTime?: Seconds;
}

/** Lets only some jobs burst. */
export function candidates(options: CandidatesOptions = {}): Policy {
  const { queues, users, notUsers = [] } = options;
  const { maxSlots = Number.POSITIVE_INFINITY, maxWallTime = Number.POSITIVE_INFINITY } = options;
  return {
    name: 'candidates',
    version: '1',
    isCloudCandidate({ queue, user, slots, wallTime = Number.POSITIVE_INFINITY }): Verdict {
      if (isOutside(queue, queues)) return no(`its queue is not ${or(queues)}`);
      if (isOutside(user, users)) return no(`its user is not ${or(users)}`);
      if (notUsers.includes(user ?? '')) return no(`jobs of user ${user} stay here`);
      if (slots > maxSlots) return no(`it needs ${slots} slots, ${maxSlots} are the most`);
      if (wallTime > maxWallTime) return no(`it may run for longer than ${maxWallTime} s`);
      return yes('it may burst');
    },
  };
}

function isOutside(word: string | undefined, words: readonly string[] | undefined): boolean {
  return words !== undefined && !words.includes(word ?? '');
}

function or(words: readonly string[] = []): string {
  return words.join(' or ');
}
