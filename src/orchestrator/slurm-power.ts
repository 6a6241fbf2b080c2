/**
 * Slurm decides, we provide: what its ResumeProgram, SuspendProgram and ResumeFailProgram do. Nodes are those that
 * `slurm.conf` names with `State=CLOUD`; Slurm itself keeps count of them, and of how long they take.
 *
 * @module
 */

import type { Instant } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { checkHostName } from '../batch/host-name.ts';
import type { HostName } from '../model/job.ts';
import type { NodeFile, NodeId, Seat } from '../model/node.ts';
import type { PoolName } from '../model/pool.ts';
import type { Instance, Provider } from '../provider/provider.ts';
import { OrchestratorError, reasonOf } from './errors.ts';
import { newNodeId, nodeName } from './names.ts';

export interface PowerSetup {
  readonly provider: Provider;
  /** UUID: what carries another is never touched. */
  readonly controller: string;
  readonly pool: PoolName;
  readonly specHash: string;
  readonly now: () => Instant;
  readonly random: Random;
  /** @throws when there is no place of that name. */
  seatOf(host: HostName): Seat;
  files(node: {
    readonly id: NodeId;
    readonly name: string;
    readonly seat: Seat;
  }): ReadonlyMap<string, NodeFile>;
}

/**
 * Starts a node for each host that has none. Again does no harm.
 *
 * @throws {OrchestratorError} `NODES_LEFT` when some could not be started; the others are. {@link Provider.list}'s
 * errors, and the same when its answer lacks some: then nothing is done.
 */
export async function resume(
  setup: PowerSetup,
  hosts: readonly HostName[],
  signal?: AbortSignal,
): Promise<void> {
  const there = await ours(setup, hosts, signal);
  const missing = hosts.filter((host) => !there.some(({ tags }) => tags?.seat.host === host));
  await each('start', missing, async (host) => {
    const id = newNodeId(setup.random);
    const { controller, pool, specHash } = setup;
    const node = { id, name: nodeName(controller, pool, id), seat: setup.seatOf(host) };
    const { seat, name } = node;
    const tags = { controller, pool, node: id, seat, specHash, created: setup.now() };
    await setup.provider.create({ name, tags, files: setup.files(node) }, signal);
  });
}

/**
 * Ends the nodes of these hosts. Again does no harm. Those that a job runs on refuse, unless it is forced: Slurm has given up a
 * node that failed to come.
 *
 * @throws {OrchestratorError} As {@link resume} does.
 */
export async function suspend(
  setup: PowerSetup,
  hosts: readonly HostName[],
  { force = false, signal }: { readonly force?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const there = await ours(setup, hosts, signal);
  await each('end', there, ({ id }) => setup.provider.terminate(id, signal, { force }));
}

async function ours(
  { provider, controller }: PowerSetup,
  hosts: readonly HostName[],
  signal?: AbortSignal,
): Promise<readonly Instance[]> {
  for (const host of hosts) checkHostName(host);
  const { instances, complete } = await provider.list(signal);
  if (!complete) throw left('look for', hosts.length, [`${provider.name} does not list all`]);
  return instances.filter(
    ({ tags, state }) =>
      tags?.controller === controller && hosts.includes(tags.seat.host) && state !== 'ending',
  );
}

/** One that fails does not keep the others. */
async function each<Item>(
  verb: string,
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(items.map(act));
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [reasonOf(result.reason)] : [],
  );
  if (reasons.length > 0) throw left(verb, items.length, reasons);
}

function left(verb: string, count: number, reasons: readonly string[]): OrchestratorError {
  return new OrchestratorError(
    `Cannot ${verb} ${reasons.length} of ${count} nodes: ${[...new Set(reasons)].join('; ')}`,
    { kind: 'partial', code: 'NODES_LEFT' },
  );
}
