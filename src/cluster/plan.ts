import { join } from 'node:path';
import { LaunchError, type StartPlan } from '../launch/launch.ts';
import { hostsFile } from '../launch/net/hosts-file.ts';
import { segmentSocket } from '../launch/net/interfaces.ts';
import { nodeAddress } from '../launch/net/segment.ts';
import type { SegmentWish } from '../launch/net/wish.ts';
import { planStart, type StartRequest, type Surroundings } from '../launch/plan.ts';
import { instancePaths } from '../launch/words.ts';
import type { HostSlots } from './hosts.ts';
import { mpiEnvironment } from './mpi.ts';
import { remoteWords } from './remote.ts';

/** What the user asks for. */
export interface ClusterRequest {
  /** Number of guests; default: as many as the hosts have slots. */
  readonly guests?: number;
  /** Where they run; default: here. */
  readonly hosts?: readonly HostSlots[];
  /** Names of this machine. */
  readonly own: readonly string[];
  /** By what other hosts reach this one. */
  readonly head: string;
  /** A free port, for switches of other hosts. */
  readonly port: number;
  /** The program that runs commands on other hosts. */
  readonly rsh: readonly string[];
  /** Each guest, and the command, which runs in the first. */
  readonly start: StartRequest;
}

/** Guests of one private network; the first runs the job. */
export interface ClusterPlan {
  readonly guests: readonly ClusterGuest[];
  /** The first guest's switch, where guests of this machine attach. */
  readonly socket: string;
  /** File for the secret by which other hosts attach, made at the start; undefined: there are none. */
  readonly secret?: string;
}

export type ClusterGuest =
  | { readonly name: string; readonly plan: StartPlan }
  | { readonly name: string; readonly host: string; readonly argv: readonly string[] };

/** The private network of the guests. */
const NETWORK = '10.77.0.0/16';
const MOST = 1_000;
/** Seconds until all guests must be up. */
const PATIENCE = '120';

/** @throws {LaunchError} */
export async function planCluster(
  request: ClusterRequest,
  around: Surroundings,
): Promise<ClusterPlan> {
  const places = placesOf(request);
  const isRemote = (host: string): boolean => !request.own.includes(host);
  const abroad = places.slice(1).some(isRemote);
  const nodes = places.map((host, index) => ({ host, node: index + 1, name: `node${index + 1}` }));
  const base = baseOf(
    request,
    nodes.map(({ name }) => name),
    around,
  );
  const secret = join(around.temporary, `apppot-${around.caller.uid}-${request.start.name}.secret`);
  const first = await planGuest(base, 1, ownSwitch(request, abroad), firstCommand(base, nodes), {
    around,
    ...(abroad && { secret }),
  });
  const socket = segmentSocket(instancePaths(join(first.temporary, first.name)), 1);
  const guests: ClusterGuest[] = [{ name: 'node1', plan: first }];
  for (const { host, node, name } of nodes.slice(1)) {
    if (isRemote(host)) {
      guests.push({ name, host, argv: remoteWords({ ...request, start: base }, host, node) });
      continue;
    }
    const wish: SegmentWish = { kind: 'switch', endpoint: socket };
    const plan = await planGuest(base, node, wish, ['apppot-rsh', '--serve', nodeAddress(node)], {
      around,
    });
    guests.push({ name, plan });
  }
  return { guests, socket, ...(abroad && { secret }) };
}

/** A host for each guest, one after the other until all slots are taken, then again from the first. */
function placesOf({ guests, hosts = [], own }: ClusterRequest): readonly string[] {
  const [here = 'localhost'] = own;
  const slots = hosts.flatMap(({ host, slots: count }) => Array<string>(count).fill(host));
  const count = guests ?? slots.length;
  if (count < 1 || count > MOST) throw sizeless(guests);
  const list = slots.length === 0 ? [here] : ownFirst(slots, own);
  return Array.from({ length: count }, (_, index) => list[index % list.length] ?? here);
}

/** The first guest runs here, where the job's streams are. */
function ownFirst(slots: readonly string[], own: readonly string[]): readonly string[] {
  const here = slots.filter((host) => own.includes(host));
  return [...here, ...slots.filter((host) => !own.includes(host))];
}

function baseOf(
  { start }: ClusterRequest,
  names: readonly string[],
  { caller }: Surroundings,
): StartRequest {
  const lines = names.map((name, index) => `${nodeAddress(index + 1)}\t${name}`);
  return {
    ...start,
    environment: { ...mpiEnvironment(NETWORK, caller), ...start.environment },
    network: { ...start.network, hosts: hostsFile(lines), machines: `${names.join('\n')}\n` },
  };
}

function ownSwitch({ port }: ClusterRequest, abroad: boolean): SegmentWish {
  return { kind: 'switch', endpoint: '', ...(abroad && { listen: `0.0.0.0:${port}` }) };
}

function firstCommand(base: StartRequest, nodes: readonly { readonly name: string }[]): string[] {
  const others = nodes.slice(1).map(({ name }) => name);
  return ['apppot-rsh', '--wait', PATIENCE, ...others, '--', ...base.command];
}

async function planGuest(
  base: StartRequest,
  node: number,
  wish: SegmentWish,
  command: readonly string[],
  { around, secret }: { readonly around: Surroundings; readonly secret?: string },
): Promise<StartPlan> {
  const { timeout, ...rest } = base;
  const plan = await planStart(
    {
      ...(node === 1 ? base : rest),
      name: `${base.name}-${node}`,
      command,
      network: {
        ...base.network,
        publish: node === 1 ? (base.network?.publish ?? []) : [],
        wishes: [...(base.network?.wishes ?? []), wish],
        node,
        hostname: `node${node}`,
        ...(secret !== undefined && { secret }),
      },
    },
    around,
  );
  if (plan.disk.kind === 'cow') throw shared(plan.disk.path);
  return { ...plan, disk: { kind: 'temporary' } };
}

function sizeless(guests: number | undefined): LaunchError {
  const reason =
    guests === undefined ? 'how many guests is not said' : `${guests} guests are wanted`;
  return new LaunchError(`Cannot make a cluster: ${reason}, and 1 to ${MOST} are possible`, {
    kind: 'usage',
    code: 'CLUSTER_MALFORMED',
    hint: 'Say it with -n, or give the hosts and their slots with --hosts FILE.',
  });
}

function shared(cow: string): LaunchError {
  return new LaunchError(
    `Cannot make a cluster on the COW file "${cow}": its guests cannot share it`,
    {
      kind: 'usage',
      code: 'CLUSTER_MALFORMED',
      hint: 'Keep the changes as a bundle, and start with --image BASE --changes BUNDLE.',
    },
  );
}
