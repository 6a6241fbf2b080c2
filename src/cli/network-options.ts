import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Publication } from '../launch/launch.ts';
import type { NetworkRequest } from '../launch/net/choose.ts';
import { hostsFile } from '../launch/net/hosts-file.ts';
import { parsePublication } from '../launch/net/publication.ts';
import { type NetworkWish, parseNetwork } from '../launch/net/wish.ts';
import { configDirectory } from './config-directory.ts';
import type { Deps } from './deps.ts';

/** Options that say which networks a guest gets. */
export interface NetworkFlags {
  readonly net: readonly NetworkWish[];
  readonly slirp?: string;
  readonly publish: readonly Publication[];
  readonly hostLoopback: boolean;
  readonly node?: number;
  readonly switchSecret?: string;
  readonly gateway?: string;
  readonly nameserver?: string;
  readonly hostname?: string;
  /** Lines of a hosts file. */
  readonly addHost: readonly string[];
}

export function addNetworkOptions(command: Command): Command {
  return command
    .option(
      '--net <network>',
      'auto, slirp4netns, slirp, none, mcast[:ADDRESS:PORT], switch[:ENDPOINT], tap:DEVICE; repeatable',
      (text, before: readonly NetworkWish[]) => [...before, parseNetwork(text)],
      [],
    )
    .option('--slirp <program>', 'slirp program for the network')
    .option(
      '--publish <ports>',
      'lead [ADDRESS:]HOSTPORT:GUESTPORT[/udp] into the guest; repeatable',
      (text, before: readonly Publication[]) => [...before, parsePublication(text)],
      [],
    )
    .option('--host-loopback', "let the guest reach the host's loopback, at 10.0.2.2", false)
    .option('--node <number>', "the guest's number in its private networks", parseNode)
    .option('--switch-secret <file>', 'secret of a switch reached by TCP, or of a multicast group')
    .option('--gateway <address>', 'the way out, where a tap device is the only network')
    .option('--nameserver <address>', 'name server, where a tap device is the only network')
    .option('--hostname <name>', "the guest's own name")
    .option(
      '--add-host <name:address>',
      "a name for the guest's /etc/hosts; repeatable",
      addHost,
      [],
    );
}

export function networkRequest(flags: NetworkFlags, env: Deps['env']): NetworkRequest {
  const { net, slirp, publish, hostLoopback, node, switchSecret, gateway } = flags;
  const { nameserver, hostname } = flags;
  return {
    ...{ wishes: net, publish, hostLoopback },
    ownSecret: join(configDirectory(env), 'multicast.key'),
    ...(slirp !== undefined && { slirp }),
    ...(node !== undefined && { node }),
    ...(switchSecret !== undefined && { secret: switchSecret }),
    ...(gateway !== undefined && { gateway }),
    ...(nameserver !== undefined && { nameserver }),
    ...(hostname !== undefined && { hostname }),
    ...(flags.addHost.length > 0 && { hosts: hostsFile(flags.addHost) }),
  };
}

function addHost(text: string, before: readonly string[]): string[] {
  const { name, address } = /^(?<name>[\w.-]+):(?<address>[\d.]+)$/.exec(text)?.groups ?? {};
  if (name === undefined || !isIPv4(address ?? '')) {
    throw new InvalidArgumentError('NAME:ADDRESS is wanted, such as head:10.77.0.1');
  }
  return [...before, `${address}\t${name}`];
}

const LAST_NODE = 65_534;

function parseNode(text: string): number {
  const node = Number(text);
  if (Number.isInteger(node) && node >= 1 && node <= LAST_NODE) return node;
  throw new InvalidArgumentError(`a number from 1 to ${LAST_NODE} is wanted`);
}
