import type { Instant } from '../base/clock.ts';
import type { Verdict } from './policy.ts';

export function yes(reason: string): Verdict {
  return { ok: true, reason };
}

export function no(reason: string, notBefore?: Instant): Verdict {
  return { ok: false, reason, ...(notBefore !== undefined && { notBefore }) };
}

/** A bare yes or no gets a reason. */
export function toVerdict(answer: boolean | Verdict, policy: string): Verdict {
  if (typeof answer !== 'boolean') return answer;
  return { ok: answer, reason: `${policy} says ${answer ? 'yes' : 'no'}` };
}
