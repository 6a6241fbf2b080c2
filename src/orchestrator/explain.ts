import type { JobId } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import { OrchestratorError } from './errors.ts';
import { readRecord } from './record.ts';
import type { Evidence } from './rows.ts';
import type { Store, StoredEntry } from './store/store.ts';
import { toNode } from './view.ts';

export interface NodeStory {
  readonly node: Node;
  /** Why it was started, and for which jobs. */
  readonly started: string;
  readonly jobs: readonly JobId[];
  /** Why it ended, or ends; missing while it lives. */
  readonly ended?: string;
  /** The proof that it might be ended. */
  readonly evidence?: Evidence;
  /** Jobs that were put back into the queue. */
  readonly requeued: readonly JobId[];
  readonly entries: readonly StoredEntry[];
}

/**
 * Why a node was started and stopped.
 *
 * @throws {OrchestratorError} `NODE_UNKNOWN`
 */
export function explainNode(store: Store, nameOrId: string): NodeStory {
  const row = store.find(nameOrId);
  if (row === undefined) {
    throw new OrchestratorError(`Cannot explain node "${nameOrId}": no node has that name`, {
      kind: 'missing',
      code: 'NODE_UNKNOWN',
      hint: 'List them: apppot nodes --all',
    });
  }
  const { startReason, forJobs, note, endReason, evidence, requeued = [] } = row;
  const ended = endReason && `${endReason}${note === undefined ? '' : `: ${note}`}`;
  return {
    ...{ node: toNode(row), started: startReason, jobs: forJobs, requeued },
    entries: store.journal({ node: row.id }),
    ...(ended !== undefined && { ended }),
    ...(evidence !== undefined && { evidence }),
  };
}

export interface JobStory {
  readonly job: JobId;
  /** What was started for it, not started, or put back into the queue; oldest first. */
  readonly entries: readonly StoredEntry[];
  /** As it was at the last cycle that is kept; missing when none knew it. */
  readonly last?: JobVerdict;
}

export interface JobVerdict {
  readonly at: number;
  readonly policy: string;
  /** In one clause: why no node is started for it, or where it is. */
  readonly verdict: string;
}

/** Why a node was started for a job, or was not. */
export function explainJob(store: Store, job: JobId): JobStory {
  const entries = store.journal({ job });
  for (const { text, at, policy } of store.recorded()) {
    const verdict = verdictIn(text, job);
    if (verdict !== undefined) return { job, entries, last: { at, policy, verdict } };
  }
  return { job, entries };
}

function verdictIn(text: string, id: JobId): string | undefined {
  const { input } = readRecord(text);
  const { look, decision, rows } = input;
  const job = look.batch?.jobs.find((one) => one.id === id);
  if (job === undefined) return undefined;
  if (job.hosts.length > 0) return `it runs on ${job.hosts.join(', ')}`;
  if (job.state !== 'pending') return `it is ${job.state}${job.reason ? `: ${job.reason}` : ''}`;
  if (decision === undefined) return 'the policy was not asked, or failed';
  const refusal = decision.refused.find((one) => one.job === id);
  if (refusal !== undefined) return refusal.reason;
  if (!decision.unserved.includes(id)) return 'there is room for it, or a node is coming';
  const proposal = decision.proposals.find(({ forJobs }) => forJobs.includes(id));
  if (proposal === undefined) return 'the policy wants no more nodes now';
  const denied = rows.pulse.said[`starts in ${proposal.pool}`] ?? rows.pulse.said.starts;
  return denied ?? `a node of ${proposal.pool} is wanted: ${proposal.reason}`;
}
