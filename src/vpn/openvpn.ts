/**
 * OpenVPN: a certificate and a fixed address for each node.
 *
 * The server is ours, or the site's own: then it reads the same files, where the site wants them.
 *
 * @module
 */

import {
  access,
  chmod,
  constants,
  mkdir,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant, Seconds } from '../base/clock.ts';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { writeAtomically } from '../host/atomic.ts';
import type { Host } from '../host/host.ts';
import type { NodeFile, NodeId } from '../model/node.ts';
import { type Authority, authority } from './authority.ts';
import {
  type ClientConfig,
  ownPaths,
  renderClient,
  renderServer,
  type VpnPaths,
} from './config.ts';
import { askManagement } from './management.ts';
import { vpnServer } from './server.ts';
import { parseStatus, type VpnStatus } from './status.ts';
import { inTurn } from './turns.ts';
import { type Member, type Vpn, VpnError } from './vpn.ts';

export interface OpenVpnOptions {
  /** Runs openssl and openvpn: this machine. */
  readonly host: Host;
  /** Private to us: authority, keys and what the server needs. Made when missing. */
  readonly directory: string;
  /** Where nodes find the server. */
  readonly remote: Pick<ClientConfig, 'server' | 'port' | 'protocol' | 'serverName'>;
  /** Netmask of the VPN: `255.255.255.0`. */
  readonly mask: string;
  readonly server: OwnServer | SiteServer;
  readonly now: () => Instant;
}

export interface OwnServer {
  readonly kind: 'own';
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  /** Such as `10.8.0.0`. */
  readonly network: string;
  /** Such as `tun0`. */
  readonly device: string;
}

/** It trusts `authority/ca.crt` of our directory, has `ccd-exclusive`, and reads the files of these paths. */
export interface SiteServer {
  readonly kind: 'site';
  readonly paths: VpnPaths;
}

export interface OpenVpn extends Vpn {
  /** Starts a server of ours, so that its address is there to listen at. Again does no harm. */
  start(): Promise<void>;
  /** Ends a server of ours, and with it every connection. Again does no harm. */
  stop(): Promise<void>;
}

const SERVER_NAME = 'vpn-server';
/** After this long without a status the server counts as dead. */
const STALE: Seconds = 120;

/** A server of ours is started by the first call that needs it, and outlives us. */
export function openVpn(options: OpenVpnOptions): OpenVpn {
  const { host, directory, server } = options;
  const paths = server.kind === 'own' ? ownPaths(directory) : server.paths;
  const issuer = authority({
    host,
    directory: join(directory, 'authority'),
    revoked: paths.revoked,
  });
  const daemon = vpnServer(host, directory);
  const turn = inTurn();
  let isPrepared = false;
  const ready = (): Promise<void> =>
    turn(async () => {
      if (!isPrepared) await prepare(options, paths, issuer);
      isPrepared = true;
      if (server.kind === 'own') await daemon.ensure();
    });
  return {
    name: `openvpn at ${options.remote.server}:${options.remote.port}`,
    admit: async (member) => {
      await ready();
      const credential = await issuer.issue(checkName(member.node), 'node');
      await writeSeat(paths, member, options.mask);
      return filesOf(options, await issuer.certificate(), credential);
    },
    revoke: async (node) => {
      await rm(join(paths.clients, checkName(node)), { force: true });
      await issuer.revoke(node);
      await turn(() => hangUp(paths, node));
    },
    members: async () => {
      const issued = await issuer.issued();
      return [...new Set([...issued, ...(await ownSeats(paths))])].filter(isNode);
    },
    connected: async () => {
      await ready();
      return new Set((await readStatus(paths.status, options.now)).clients.keys());
    },
    check: () => check(options, paths),
    start: ready,
    stop: () => turn(() => daemon.stop()),
    close: async () => undefined,
  };
}

async function prepare(
  { directory, server, mask, remote }: OpenVpnOptions,
  paths: VpnPaths,
  issuer: Authority,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (server.kind === 'site') return;
  await mkdir(paths.clients, { recursive: true, mode: 0o700 });
  const { certificate, key } = await issuer.issue(SERVER_NAME, 'server');
  await writeFile(join(directory, 'server.ca'), await issuer.certificate(), { mode: 0o600 });
  await writeFile(join(directory, 'server.cert'), certificate, { mode: 0o600 });
  await writeFile(join(directory, 'server.key'), key, { mode: 0o600 });
  await chmod(join(directory, 'server.key'), 0o600);
  const text = renderServer({ ...server, mask, protocol: remote.protocol, paths }, directory);
  await writeFile(join(directory, 'server.conf'), text, { mode: 0o600 });
}

/** Begins each file of ours among the server's clients. */
const MARK = '# A node of apppot.';

async function writeSeat(paths: VpnPaths, { node, seat }: Member, mask: string): Promise<void> {
  const text = `${MARK}\nifconfig-push ${seat.address} ${mask}\n`;
  await writeAtomically(join(paths.clients, node), (file) => file.writeFile(text), 0o644);
}

/** The site may have other clients beside. */
async function ownSeats({ clients }: VpnPaths): Promise<readonly NodeId[]> {
  const names = await readdir(clients).catch((error) =>
    errnoOf(error) === 'ENOENT' ? [] : Promise.reject(error),
  );
  const texts = await Promise.all(
    names.map((name) => readFile(join(clients, name), 'utf8').catch(() => '')),
  );
  return names.filter((_, index) => texts[index]?.startsWith(MARK));
}

function filesOf(
  { remote, server }: OpenVpnOptions,
  certificate: string,
  own: { readonly certificate: string; readonly key: string },
): ReadonlyMap<string, NodeFile> {
  const name = remote.serverName ?? (server.kind === 'own' ? SERVER_NAME : undefined);
  const config = renderClient({ ...remote, ...(name !== undefined && { serverName: name }) });
  const open = (contents: string): NodeFile => ({ contents, secret: false });
  return new Map([
    ['vpn.conf', open(config)],
    ['vpn-ca.crt', open(certificate)],
    ['vpn.crt', open(own.certificate)],
    ['vpn.key', { contents: own.key, secret: true }],
  ]);
}

/** A server that is not there has no connections. */
async function hangUp({ management }: VpnPaths, node: NodeId): Promise<void> {
  if (management === undefined) return;
  const answer = await askManagement(management, `kill ${node}`).catch((error: unknown) => {
    if (['ENOENT', 'ECONNREFUSED'].includes(errnoOf(error) ?? '')) return 'SUCCESS:';
    throw unusable(`close the connection of ${node}`, explain(error), error);
  });
  if (answer.startsWith('SUCCESS:') || answer.includes('not found')) return;
  throw unusable(`close the connection of ${node}`, answer);
}

/** An old or broken status tells nothing: it is no empty list. */
async function readStatus(path: string, now: () => Instant): Promise<VpnStatus> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) =>
    Promise.reject(unusable(`read the status "${path}"`, explain(cause), cause)),
  );
  const status = parseStatus(text);
  if (status === undefined) throw unusable(`read the status "${path}"`, 'it is not whole');
  const age = Math.round(now() - status.written);
  if (age > STALE) throw unusable(`use the status "${path}"`, `it is ${age} s old`);
  return status;
}

async function check(
  { host, server, now }: OpenVpnOptions,
  paths: VpnPaths,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const programs = server.kind === 'own' ? ['openssl', 'openvpn'] : ['openssl'];
  for (const program of programs) {
    const found = host.run(['sh', '-c', `command -v ${program}`], { timeout: 10 });
    await found.catch(() => faults.push(`${program} is not installed`));
  }
  if (server.kind === 'own') {
    const { device } = server;
    await access('/dev/net/tun', constants.R_OK | constants.W_OK).catch((error) =>
      faults.push(`${device} cannot be made: /dev/net/tun: ${explain(error)}`),
    );
    return faults;
  }
  await access(paths.clients, constants.W_OK).catch((error) =>
    faults.push(`nodes cannot be admitted: ${paths.clients}: ${explain(error)}`),
  );
  await readStatus(paths.status, now).catch((error: Error) => faults.push(error.message));
  return faults;
}

function isNode(name: string): boolean {
  return name !== SERVER_NAME;
}

/** It becomes a file's name, and a word of OpenVPN's. */
function checkName(node: NodeId): NodeId {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/i.test(node) && isNode(node)) return node;
  throw unusable(`admit "${node}"`, 'it is no name of letters, digits and dashes');
}

function unusable(what: string, reason: string, cause?: unknown): VpnError {
  return new VpnError(`Cannot ${what}: ${reason}`, {
    kind: 'remote',
    code: 'VPN_UNUSABLE',
    hint: 'See the log of the VPN server.',
    cause,
  });
}
