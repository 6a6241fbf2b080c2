import type { BatchSystem } from '../batch/batch.ts';
import type { InstanceId, NodeId } from '../model/node.ts';
import { isOver } from '../model/node.ts';
import type { Instance, Provider } from '../provider/provider.ts';
import type { Vpn } from '../vpn/vpn.ts';
import { reasonOf } from './errors.ts';
import type { NodeRow } from './rows.ts';
import type { Store } from './store/store.ts';

export interface AuditedPlaces {
  readonly providers: readonly Provider[];
  readonly batch?: BatchSystem;
  readonly vpn?: Vpn;
  /** Hosts that nodes can be. */
  readonly seats?: readonly string[];
  /** UUID that marks what is ours; without it everything that is marked as somebody's is listed. */
  readonly controller?: string;
  /** Missing when it is lost: then everything that is marked is a leak. */
  readonly store?: Store;
}

export interface Leak {
  /** `instance`, `host`, `member`: a machine, a host of the batch system, an admission to the VPN. */
  readonly kind: 'instance' | 'host' | 'member';
  readonly where: string;
  readonly id: InstanceId | NodeId;
  readonly controller?: string;
  readonly node?: NodeId;
  readonly why: string;
}

export interface Audit {
  readonly leaks: readonly Leak[];
  /** Marked as ours, and a node's. */
  readonly known: number;
  readonly foreign: number;
  /** What could not be looked at: of it nothing is known. */
  readonly troubles: readonly string[];
}

interface Finding {
  readonly places: AuditedPlaces;
  readonly live: ReadonlyMap<NodeId, NodeRow>;
  readonly leaks: Leak[];
  readonly troubles: string[];
  known: number;
  foreign: number;
}

/** Finds what is left of nodes, from the marks alone. Changes nothing. */
export async function audit(places: AuditedPlaces): Promise<Audit> {
  const live = new Map((places.store?.read().nodes ?? []).map((row) => [row.id, row]));
  const finding: Finding = { places, live, leaks: [], troubles: [], known: 0, foreign: 0 };
  for (const provider of places.providers) await auditProvider(provider, finding);
  await auditMembers(finding);
  await auditHosts(finding);
  const { leaks, known, foreign, troubles } = finding;
  return { leaks, known, foreign, troubles };
}

async function auditProvider(provider: Provider, finding: Finding): Promise<void> {
  const listing = await ask(provider.name, () => provider.list(), finding);
  if (listing?.complete === false) {
    finding.troubles.push(`${provider.name}: its listing has gaps`);
  }
  for (const instance of listing?.instances ?? []) sort(instance, provider.name, finding);
}

function sort({ id, tags }: Instance, where: string, finding: Finding): void {
  const { places, live, leaks } = finding;
  const { store, controller = store?.controller } = places;
  const row = live.get(tags?.node ?? '');
  if (tags === undefined || (controller !== undefined && tags.controller !== controller)) {
    finding.foreign += 1;
  } else if (row !== undefined && (row.instance === undefined || row.instance === id)) {
    finding.known += 1;
  } else {
    const why = whyLost(store, tags.node, row?.instance);
    leaks.push({ kind: 'instance', where, id, controller: tags.controller, node: tags.node, why });
  }
}

async function auditMembers(finding: Finding): Promise<void> {
  const { vpn, store } = finding.places;
  if (vpn === undefined) return;
  const members = (await ask(vpn.name, () => vpn.members(), finding)) ?? [];
  for (const id of members.filter((one) => !finding.live.has(one))) {
    finding.leaks.push({ kind: 'member', where: vpn.name, id, why: whyLost(store, id) });
  }
}

async function auditHosts(finding: Finding): Promise<void> {
  const { batch, seats = [] } = finding.places;
  if (batch === undefined) return;
  const hosts = (await ask(batch.name, () => batch.snapshot(), finding))?.hosts;
  const seated = new Set([...finding.live.values()].map(({ seat }) => seat.host));
  for (const id of seats.filter((one) => hosts?.has(one) === true && !seated.has(one))) {
    const why = 'a host for nodes, and no node has it';
    finding.leaks.push({ kind: 'host', where: batch.name, id, why });
  }
}

async function ask<T>(
  where: string,
  call: () => Promise<T>,
  { troubles }: Finding,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    troubles.push(`${where}: ${reasonOf(error)}`);
    return undefined;
  }
}

function whyLost(store: Store | undefined, node: NodeId, other?: InstanceId): string {
  if (other !== undefined) return `its node has another instance, ${other}`;
  const row = store?.find(node);
  if (row === undefined) return 'no node is known that it is of';
  return isOver(row.phase) ? `its node is ${row.phase}` : `its node is ${row.phase}, elsewhere`;
}
