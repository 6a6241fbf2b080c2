import { readFile } from 'node:fs/promises';
import { explain } from '../../base/errno.ts';
import { serverAddress } from '../../config/orchestrator/address.ts';
import type { OrchestratorConfig, PoolConfig } from '../../config/orchestrator/schema.ts';
import type { NodeFile } from '../../model/node.ts';
import { type NodeDaemon, renderHosts, renderNodeFiles } from '../../provider/node-files.ts';
import { OrchestratorError } from '../errors.ts';
import type { Assignment } from '../setup.ts';
import { readAccounts } from './accounts.ts';

type Wanted = Pick<
  OrchestratorConfig,
  'batch' | 'machines' | 'seats' | 'accounts' | 'listener' | 'vpn'
>;

/** A node shows that it lives so many times in the length of its lease. */
const BEATS = 30;

/**
 * What nodes are told, but for their VPN's files, which the engine adds. Files of this machine are read once.
 *
 * @returns for each pool a function of the node.
 */
export async function nodeFiles(
  config: Wanted,
): Promise<(pool: PoolConfig) => (node: Assignment) => ReadonlyMap<string, NodeFile>> {
  const own = Object.entries(config.machines).map(([host, address]) => ({ host, address }));
  const hosts = renderHosts([...own, ...config.seats.seats]);
  const accounts = await readAccounts(config.accounts);
  const daemon = await daemonFor(config.batch);
  const to = reportAddress(config);
  return (pool) =>
    ({ node, token, lease, leaseTime }) =>
      renderNodeFiles({
        ...{ node: node.id, seat: node.seat, hosts, accounts, daemon: daemon(pool) },
        report: { to, token, lease, leaseTime, beat: Math.max(1, leaseTime / BEATS) },
        vpn: config.vpn.kind,
      });
}

/** Where the orchestrator listens: on the VPN's side when the VPN is ours. */
export function listenAddress({
  listener,
  vpn,
  seats,
}: Omit<Wanted, 'batch' | 'machines'>): string {
  if (listener.address !== undefined) return listener.address;
  const isOurs = vpn.kind === 'openvpn' && vpn.site === undefined;
  return isOurs ? serverAddress(seats.network) : '127.0.0.1';
}

function reportAddress(config: Wanted): string {
  const { advertised, port } = config.listener;
  return advertised ?? `${listenAddress(config)}:${port}`;
}

async function daemonFor(batch: Wanted['batch']): Promise<(pool: PoolConfig) => NodeDaemon> {
  switch (batch.kind) {
    case 'gridengine': {
      const { qmaster, cell, qmasterPort, execdPort } = batch;
      const ports = {
        ...(qmasterPort !== undefined && { qmasterPort }),
        ...(execdPort !== undefined && { execdPort }),
      };
      return () => ({ kind: 'gridengine', qmaster, cell, ...ports });
    }
    case 'slurm': {
      const { controller, configuration, mungeKey, features, powerSaving } = batch;
      const key = (await read(mungeKey)).toString('base64');
      const text = configuration && (await read(configuration)).toString('utf8');
      const told = {
        ...(controller !== undefined && { controller }),
        ...(text !== undefined && { configuration: text }),
      };
      // Slurm knows them already.
      const resources = (pool: PoolConfig) => (powerSaving ? '' : resourcesOf(pool, features));
      return (pool) => ({ kind: 'slurm', key, resources: resources(pool), ...told });
    }
    default:
      return () => ({ kind: 'none' });
  }
}

const MIB = 2 ** 20;

function resourcesOf({ slots, memory, features }: PoolConfig, ofNodes: readonly string[]): string {
  const all = new Set([...ofNodes, ...features]);
  const feature = all.size === 0 ? '' : ` Feature=${[...all].join(',')}`;
  return `CPUs=${slots} RealMemory=${Math.floor(memory / MIB)}${feature}`;
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new OrchestratorError(`Cannot read "${path}" for nodes: ${explain(cause)}`, {
      kind: 'missing',
      code: 'NODE_FILE_UNREADABLE',
      cause,
    });
  });
}
