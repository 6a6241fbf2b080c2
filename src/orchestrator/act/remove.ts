import { BatchError } from '../../batch/batch.ts';
import type { HostName, JobId } from '../../model/job.ts';
import type { NodeId } from '../../model/node.ts';
import type { NodeRow } from '../rows.ts';
import { mutate, revise, type Tools } from './tools.ts';

/**
 * Takes a node out of batch system and VPN. By force, its jobs go back into the queue: then its machine is ended
 * first, so that none runs twice.
 */
export async function remove(id: NodeId, force: boolean, tools: Tools): Promise<void> {
  const row = revise(tools, id, (now) => now);
  if (row?.phase !== 'removing') return;
  const { host } = row.seat;
  try {
    if (force) await endFirst(row, tools);
    const requeued = force
      ? await mutate(tools, (signal) => tools.batch.forceRemove(host, signal))
      : await mutate(tools, (signal) => tools.batch.remove(host, signal)).then(() => []);
    await revoke(id, tools);
    revise(tools, id, (now, step) => {
      const at = tools.clock.now();
      const text = describe(requeued);
      const data = { from: now.phase, to: 'terminating', evidence: now.evidence };
      const entry = { at, kind: 'phase', node: id, pool: now.pool, text, data };
      step.tell(requeued.length > 0 ? { ...entry, jobs: requeued } : entry);
      return { ...now, phase: 'terminating', since: at, ...(force && { requeued }) };
    });
  } catch (error) {
    if (!(error instanceof BatchError) || error.code !== 'HOST_BUSY') throw error;
    revise(tools, id, (now, step) => backToDraining(now, tools, (entry) => step.tell(entry)));
  }
}

function describe(requeued: readonly JobId[]): string {
  const jobs = requeued.length === 0 ? '' : `; back in the queue: ${requeued.join(', ')}`;
  return `terminating: it has left the batch system${jobs}`;
}

async function endFirst(row: NodeRow, tools: Tools): Promise<void> {
  const provider = tools.pools.get(row.pool)?.provider;
  const { instance, evidence } = row;
  if (provider === undefined || instance === undefined || evidence?.kind === 'absent') return;
  await mutate(tools, (signal) => provider.terminate(instance, signal, { force: true }));
}

/** The batch system knows better: a job has got there. */
function backToDraining(
  row: NodeRow,
  { clock }: Tools,
  tell: (entry: { at: number; kind: string; node: string; pool: string; text: string }) => void,
): NodeRow {
  const at = clock.now();
  const text = 'draining: the batch system has a job on it';
  tell({ at, kind: 'phase', node: row.id, pool: row.pool, text });
  const { evidence: _, cordonAcked: __, ...rest } = row;
  return { ...rest, phase: 'draining', since: at };
}

export async function revoke(node: NodeId, tools: Tools): Promise<void> {
  const { vpn } = tools;
  if (vpn !== undefined) await mutate(tools, () => vpn.revoke(node));
}

export async function removeHost(host: HostName, tools: Tools): Promise<void> {
  await mutate(tools, (signal) => tools.batch.remove(host, signal));
}
