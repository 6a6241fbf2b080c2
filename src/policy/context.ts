import type { Instant, Seconds } from '../base/clock.ts';
import type { BatchHost } from '../model/host.ts';
import type { Job } from '../model/job.ts';
import type { Node, Phase } from '../model/node.ts';
import { fits, isTaken, type Room } from './fits.ts';
import { pack } from './pack.ts';
import type { PolicyContext, PoolView, Proposal } from './policy.ts';
import { random } from './random.ts';
import type { PolicyView } from './view.ts';

export const COMING: ReadonlySet<Phase> = new Set(['planned', 'requesting', 'booting', 'joining']);

/** What a policy sees while it is asked which jobs are candidates. */
export function openContext(view: PolicyView): PolicyContext {
  const { now, seed, pending, running, nodes, pools, history, budget } = view;
  return Object.freeze({
    ...{ now, rng: random(seed), pending, running, nodes, history },
    ...{ candidates: [], unserved: [], fits },
    pools: new Map(pools.map((pool) => [pool.name, pool])),
    ...(budget !== undefined && { budget }),
    freeSlots: slotsFor([], view),
  });
}

/** The same with the candidates, and those of them that there is no room for. */
export function withCandidates(
  context: PolicyContext,
  view: PolicyView,
  candidates: readonly Job[],
): PolicyContext {
  const unserved = pack(candidates, [...usable(view), ...coming(view)]);
  return Object.freeze({ ...context, candidates, unserved, freeSlots: slotsFor(candidates, view) });
}

/** The same as if what is proposed were coming already. */
export function withComing(context: PolicyContext, proposals: readonly Proposal[]): PolicyContext {
  if (proposals.length === 0) return context;
  const pools = new Map(context.pools);
  const rooms: Room[] = [];
  for (const { pool: name, count } of proposals) {
    const pool = pools.get(name);
    if (pool === undefined) continue;
    pools.set(name, { ...pool, live: pool.live + count, coming: pool.coming + count });
    for (let i = 0; i < count; i += 1) rooms.push(pool);
  }
  return Object.freeze({ ...context, pools, unserved: pack(context.unserved, rooms) });
}

/** Free slots of no use to any of them are none. */
function slotsFor(candidates: readonly Job[], view: PolicyView): number {
  const asked = new Set(candidates.map(({ queue }) => queue));
  const own = ownQueues(view);
  const isOurs = ({ queues }: Room) =>
    queues === undefined || own === undefined || queues.some((one) => own.has(one));
  const counts = (room: Room) =>
    asked.size === 0 ? isOurs(room) : [...asked].some((queue) => isTaken(queue, room));
  return usable(view).reduce((sum, room) => sum + (counts(room) ? room.slots : 0), 0);
}

/** Queues that our nodes are in: as is written of their pools, or as the batch system tells of those that are there. */
function ownQueues({ pools, hosts, nodes }: PolicyView): ReadonlySet<string> | undefined {
  const seats = new Set(nodes.map(({ seat }) => seat.host));
  const seen = hosts.filter(({ name }) => seats.has(name));
  const queues = [...pools, ...seen].flatMap((one) => one.queues ?? []);
  return queues.length === 0 ? undefined : new Set(queues);
}

/** Free slots that a job can use: of hosts that are up and take jobs. */
function usable({ hosts, pools, nodes, now }: PolicyView): readonly Room[] {
  const own = new Map(nodes.map((node) => [node.seat.host, node]));
  const sizes = new Map(pools.map((pool) => [pool.name, pool]));
  return hosts
    .filter(({ name, state, cordon }) => state === 'up' && !cordon && isReady(own.get(name)))
    .map((host) => {
      const node = own.get(host.name);
      const pool = sizes.get(node?.pool ?? '');
      return {
        host: host.name,
        slots: Math.max(0, host.slots - host.used),
        features: [...host.features, ...(pool?.features ?? [])],
        ...memoryOf(host),
        ...(host.queues !== undefined && { queues: host.queues }),
        ...(node && pool && { maxLifetime: lifeLeft(node, pool, now) }),
      };
    });
}

/** A node that has just come up is still as good as new: the job that it was started for is to find it. */
const FRESH: Seconds = 300;

function lifeLeft({ created, readyAt }: Node, { maxLifetime }: PoolView, now: Instant): Seconds {
  const isFresh = now - (readyAt ?? now) <= FRESH;
  return isFresh ? maxLifetime : maxLifetime - (now - created);
}

/** Of nodes only those that are not on their way out. */
function isReady(node: Node | undefined): boolean {
  return node === undefined || node.phase === 'ready';
}

/** Jobs have taken their share of it: nobody tells how much, so as much as of the slots. */
function memoryOf({ memory, slots, used }: BatchHost): Pick<Room, 'memory'> {
  if (memory === undefined || slots === 0) return {};
  return { memory: (memory * Math.max(0, slots - used)) / slots };
}

/** Nodes that are not there yet, as if they were idle. */
function coming({ nodes, pools }: PolicyView): readonly Room[] {
  const sizes = new Map<string, PoolView>(pools.map((pool) => [pool.name, pool]));
  return nodes.flatMap(({ phase, pool }) => (COMING.has(phase) ? (sizes.get(pool) ?? []) : []));
}
