/**
 * The construction kit: what an orchestrator's program means by `apppot`.
 *
 * @module
 */

export { defineOrchestrator, type OrchestratorOptions } from '../../config/orchestrator/define.ts';
export type { BatchHost } from '../../model/host.ts';
export type { Job } from '../../model/job.ts';
export type { Node } from '../../model/node.ts';
export type { Pool } from '../../model/pool.ts';
export { billingBoundary } from '../../policy/billing-boundary.ts';
export { binPack } from '../../policy/bin-pack.ts';
export { budgetPacer } from '../../policy/budget-pacer.ts';
export { candidates } from '../../policy/candidates.ts';
export { cheapestFit } from '../../policy/cheapest-fit.ts';
export { coolDown } from '../../policy/cool-down.ts';
export { deadline } from '../../policy/deadline.ts';
export { decide } from '../../policy/decide.ts';
export { BasePolicy, definePolicy } from '../../policy/define.ts';
export { drift } from '../../policy/drift.ts';
export {
  chain,
  cheapest,
  type Expander,
  leastWaste,
  priority,
  spotFirst,
} from '../../policy/expand.ts';
export { expireAfter } from '../../policy/expire-after.ts';
export { headroom } from '../../policy/headroom.ts';
export { idleFor } from '../../policy/idle-for.ts';
export { pipeline } from '../../policy/pipeline.ts';
export type { Policy, PolicyContext, Proposal, Verdict } from '../../policy/policy.ts';
export { queueLength } from '../../policy/queue-length.ts';
export { queueTime } from '../../policy/queue-time.ts';
export { quota } from '../../policy/quota.ts';
export { schedule } from '../../policy/schedule.ts';
export { utilisation } from '../../policy/utilisation.ts';
export type { Decision, PolicyView } from '../../policy/view.ts';
export { workBacklog } from '../../policy/work-backlog.ts';
