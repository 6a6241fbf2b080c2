/**
 * Whether this machine has what a plan's networks need, looked at right before the start.
 *
 * @module
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { explain } from '../../base/errno.ts';
import { errnoOf } from '../../base/errors.ts';
import { runSync } from '../../host/sync.ts';
import { LaunchError, type Publication, type Segment, type StartPlan } from '../launch.ts';
import { SWITCH_PROGRAM } from '../switch-program.ts';
import { readFault } from './fault.ts';
import { TUN } from './interfaces.ts';
import { renderPublication } from './publication.ts';

/** @throws {LaunchError} `PORT_TAKEN`, `NETWORK_MISSING`, `NETWORK_FAILED` */
export async function checkNetworks({ network, segments, relays = [] }: StartPlan): Promise<void> {
  const ports = network.kind === 'slirp4netns' ? (network.publish ?? []) : relays;
  for (const port of ports) await checkPort(port);
  for (const segment of segments) checkSegment(segment);
}

async function checkPort(port: Publication): Promise<void> {
  try {
    await (port.protocol === 'udp' ? tryUdp(port) : tryTcp(port));
  } catch (cause) {
    const reason = REASONS[errnoOf(cause) ?? ''] ?? explain(cause);
    throw new LaunchError(`Cannot publish ${renderPublication(port)}: ${reason}`, {
      kind: 'conflict',
      code: 'PORT_TAKEN',
      hint: 'Choose another port of the host; those from 1024 on are for everybody.',
      cause,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has this port',
  EACCES: 'this port is for root',
  EADDRNOTAVAIL: 'this host has no such address',
};

async function tryTcp({ hostPort, address }: Publication): Promise<void> {
  const server = createServer().listen(hostPort, address);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function tryUdp({ hostPort, address }: Publication): Promise<void> {
  const socket = createSocket('udp4').bind(hostPort, address);
  try {
    await once(socket, 'listening');
  } finally {
    socket.close();
  }
}

function checkSegment(segment: Segment): void {
  if (segment.kind === 'tap') checkTap(segment.device);
  else if (segment.kind === 'mcast') checkLink(`mcast:${segment.group}:${segment.port}`);
  else if (segment.endpoint.kind === 'unix') checkLink(`unix:${segment.endpoint.path}`);
}

/** Our switch tries the link and says, in one line, what is wrong with it. */
function checkLink(link: string): void {
  const { status, stderr } = runSync([SWITCH_PROGRAM, '--probe', `link=${link}`]);
  if (status === 0) return;
  const { message, hint } = readFault(stderr, link) ?? { message: `Cannot reach ${link}` };
  throw new LaunchError(message, {
    kind: 'missing',
    code: 'NETWORK_MISSING',
    ...(hint !== undefined && { hint }),
  });
}

function checkTap(device: string): void {
  const flags = tapFlags(device);
  if (flags === undefined) throw noTap(device, 'this host has no such device');
  if ((Number(flags) & IFF_TAP) === 0) throw noTap(device, 'it is no tap device');
  try {
    accessSync(TUN, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw noTap(device, `you may not use ${TUN} (${explain(cause)})`);
  }
}

/** linux/if_tun.h */
const IFF_TAP = 2;

function tapFlags(device: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${device}/tun_flags`, 'utf8');
  } catch {
    return undefined;
  }
}

function noTap(device: string, reason: string): LaunchError {
  return new LaunchError(`Cannot use the tap device "${device}": ${reason}`, {
    kind: 'missing',
    code: 'NETWORK_MISSING',
    hint: `Have the administrator make it: ip tuntap add ${device} mode tap user "$USER".`,
  });
}
