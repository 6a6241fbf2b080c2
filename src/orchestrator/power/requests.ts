import type { HostName } from '../../model/job.ts';
import type { Limits } from '../limits.ts';
import type { NodeRow, PowerKind, Request } from '../rows.ts';
import type { OrchestratorSetup } from '../setup.ts';
import type { Store } from '../store/store.ts';

/** What Slurm's wishes are met with. Nodes come from the first pool. */
export interface Power extends Omit<OrchestratorSetup, 'limits'> {
  readonly limits: Limits;
}

const KINDS: ReadonlySet<string> = new Set<PowerKind>(['resume', 'suspend', 'fail']);

export function isPower({ kind }: Request): boolean {
  return KINDS.has(kind);
}

export function powerRequests(store: Store): readonly Request[] {
  return store.read().requests.filter(isPower);
}

export function rowOf(host: HostName, store: Store): NodeRow | undefined {
  return store.read().nodes.find(({ seat }) => seat.host === host);
}
