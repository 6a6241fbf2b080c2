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
import { groupWords } from './helpers.ts';
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
  else if (segment.kind === 'mcast') checkLink(groupWords(segment));
  else if (segment.endpoint.kind === 'unix') checkLink([`link=unix:${segment.endpoint.path}`]);
}

/** Our switch tries the link and says, in one line, what is wrong with it. */
function checkLink(words: readonly string[]): void {
  const { status, stderr } = runSync([SWITCH_PROGRAM, '--probe', ...words]);
  if (status === 0) return;
  const target = words.at(-1)?.replace('link=', '') ?? '';
  const { message, hint } = readFault(stderr, target) ?? { message: `Cannot reach ${target}` };
  throw new LaunchError(message, {
    kind: 'missing',
    code: 'NETWORK_MISSING',
    ...(hint !== undefined && { hint }),
  });
}

function checkTap(device: string): void {
  const flags = attributeOf(device, 'tun_flags');
  if (flags === undefined) throw noTap(device, 'this host has no such device');
  if ((Number(flags) & IFF_TAP) === 0) throw noTap(device, 'it is no tap device');
  if (!isForUs(device)) throw noTap(device, "it is another user's");
  try {
    accessSync(TUN, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw noTap(device, `you may not use ${TUN} (${explain(cause)})`);
  }
}

/** linux/if_tun.h */
const IFF_TAP = 2;

function attributeOf(device: string, name: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${device}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** As the kernel has it, drivers/net/tun.c: a device without an owner is for everybody. */
function isForUs(device: string): boolean {
  const uid = process.geteuid?.() ?? 0;
  const owner = Number(attributeOf(device, 'owner') ?? NOBODY);
  return uid === 0 || owner === NOBODY || owner === uid;
}

const NOBODY = -1;

function noTap(device: string, reason: string): LaunchError {
  return new LaunchError(`Cannot use the tap device "${device}": ${reason}`, {
    kind: 'missing',
    code: 'NETWORK_MISSING',
    hint: `Have the administrator make it: ip tuntap add ${device} mode tap user "$USER".`,
  });
}
