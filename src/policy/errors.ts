import { AppPotError } from '../base/errors.ts';

export type PolicyCode =
  | 'POLICY_FAULTY' // it threw, or answered something that is no answer
  | 'POLICY_SLOW' // it took longer than it may
  | 'POLICY_UNKNOWN'; // no built-in policy has that name

export class PolicyError extends AppPotError<PolicyCode> {}
