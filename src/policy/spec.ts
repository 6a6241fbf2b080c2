import { type BillingBoundaryOptions, billingBoundary } from './billing-boundary.ts';
import { binPack } from './bin-pack.ts';
import { type BudgetPacerOptions, budgetPacer } from './budget-pacer.ts';
import { type CandidatesOptions, candidates } from './candidates.ts';
import { type CheapestFitOptions, cheapestFit } from './cheapest-fit.ts';
import { type CoolDownOptions, coolDown } from './cool-down.ts';
import { type DeadlineOptions, deadline } from './deadline.ts';
import { drift } from './drift.ts';
import { type Expander, priority } from './expand.ts';
import { type ExpireAfterOptions, expireAfter } from './expire-after.ts';
import { type HeadroomOptions, headroom } from './headroom.ts';
import { type IdleForOptions, idleFor } from './idle-for.ts';
import type { Policy } from './policy.ts';
import { type QueueLengthOptions, queueLength } from './queue-length.ts';
import { type QueueTimeOptions, queueTime } from './queue-time.ts';
import { type QuotaOptions, quota } from './quota.ts';
import { type ScheduleOptions, schedule } from './schedule.ts';
import { type UtilisationOptions, utilisation } from './utilisation.ts';
import { type WorkBacklogOptions, workBacklog } from './work-backlog.ts';

/** As files name it: the order of pools in place of an expander. */
type Plain<T> = Omit<T, 'expander'> & { readonly pools?: readonly string[] | undefined };

/** Options of the built-in policies, by the names that files have for them. */
export interface BuiltIns {
  readonly 'queue-length': Plain<QueueLengthOptions>;
  readonly 'queue-time': Plain<QueueTimeOptions>;
  readonly 'work-backlog': Plain<WorkBacklogOptions>;
  readonly 'bin-pack': Plain<{ readonly step?: number }>;
  readonly utilisation: Plain<UtilisationOptions>;
  readonly deadline: Plain<DeadlineOptions>;
  readonly 'budget-pacer': BudgetPacerOptions;
  readonly 'cheapest-fit': CheapestFitOptions;
  readonly headroom: Plain<HeadroomOptions>;
  readonly schedule: Plain<ScheduleOptions>;
  readonly quota: QuotaOptions;
  readonly candidates: CandidatesOptions;
  readonly idle: IdleForOptions;
  readonly 'billing-boundary': BillingBoundaryOptions;
  readonly expiry: ExpireAfterOptions;
  readonly drift: object;
  readonly 'cool-down': CoolDownOptions;
}

export type BuiltIn = keyof BuiltIns;

/** A built-in policy as plain data. */
export type PolicySpec = {
  readonly [Name in BuiltIn]: { readonly name: Name; readonly options: BuiltIns[Name] };
}[BuiltIn];

const MAKE: { readonly [Name in BuiltIn]: (options: BuiltIns[Name]) => Policy } = {
  'queue-length': (options) => queueLength(expanded(options)),
  'queue-time': (options) => queueTime(expanded(options)),
  'work-backlog': (options) => workBacklog(expanded(options)),
  'bin-pack': (options) => binPack(expanded(options)),
  utilisation: (options) => utilisation(expanded(options)),
  deadline: (options) => deadline(expanded(options)),
  'budget-pacer': budgetPacer,
  'cheapest-fit': cheapestFit,
  headroom: (options) => headroom(expanded(options)),
  schedule: (options) => schedule(expanded(options)),
  quota,
  candidates,
  idle: idleFor,
  'billing-boundary': billingBoundary,
  expiry: expireAfter,
  drift,
  'cool-down': coolDown,
};

export function makePolicy({ name, options }: PolicySpec): Policy {
  const make = MAKE[name] as (options: object) => Policy;
  return make(options);
}

function expanded<T extends object>(
  options: T & { readonly pools?: readonly string[] | undefined },
): Omit<T, 'pools'> & { readonly expander?: Expander } {
  const { pools, ...rest } = options;
  return pools === undefined ? rest : { ...rest, expander: priority(pools) };
}
