import { join } from 'node:path';

export interface ServerConfig {
  /** Address and port that the server listens at. */
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Such as `10.8.0.0`, with its mask; the server itself is the first address. */
  readonly network: string;
  readonly mask: string;
  readonly device: string;
  readonly paths: VpnPaths;
}

/** What the server and we share. */
export interface VpnPaths {
  /** A file for each node, with its address; who has none is refused. */
  readonly clients: string;
  /** The list of revoked certificates. */
  readonly revoked: string;
  readonly status: string;
  /** The socket by which a connection is closed; none: it is when the server looks next. */
  readonly management?: string;
}

/** Where all is, in one directory, when the server is ours. */
export function ownPaths(directory: string): VpnPaths & { readonly management: string } {
  return {
    clients: join(directory, 'clients'),
    revoked: join(directory, 'revoked.pem'),
    status: join(directory, 'status'),
    management: join(directory, 'management'),
  };
}

/** Written every so many seconds. */
const STATUS_SECONDS = 2;

/**
 * OpenVPN's configuration for our own server. By TCP a dead guest is known at once, since its connection is reset;
 * by UDP only after `keepalive`. Nodes do not reach each other through it.
 *
 * Source: openvpn(8).
 */
export function renderServer(config: ServerConfig, directory: string): string {
  const { address, port, protocol, network, mask, device, paths } = config;
  return `${[
    ...[`dev ${device}`, 'dev-type tun', 'topology subnet', `server ${network} ${mask} nopool`],
    ...[`local ${address}`, `port ${port}`, `proto ${protocol === 'tcp' ? 'tcp-server' : 'udp'}`],
    ...['ca', 'cert', 'key'].map((name) => `${name} ${word(join(directory, `server.${name}`))}`),
    ...['dh none', 'tls-version-min 1.2', `crl-verify ${word(paths.revoked)}`],
    ...[`client-config-dir ${word(paths.clients)}`, 'ccd-exclusive'],
    ...['keepalive 5 20', 'persist-key', 'persist-tun', 'verb 3'],
    ...[`status ${word(paths.status)} ${STATUS_SECONDS}`, 'status-version 3'],
    ...(paths.management === undefined ? [] : [`management ${word(paths.management)} unix`]),
  ].join('\n')}\n`;
}

export interface ClientConfig {
  /** Where nodes find the server: a name or an address. */
  readonly server: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Name in the server's certificate; without one, any that this authority made for a server. */
  readonly serverName?: string;
}

/** What a node's OpenVPN is told; its key and its device are named on its command line. */
export function renderClient({ server, port, protocol, serverName }: ClientConfig): string {
  return `${[
    ...['client', 'nobind', `remote ${server} ${port}`],
    `proto ${protocol === 'tcp' ? 'tcp-client' : 'udp'}`,
    ...['ca vpn-ca.crt', 'cert vpn.crt', 'remote-cert-tls server', 'tls-version-min 1.2'],
    ...(serverName === undefined ? [] : [`verify-x509-name ${word(serverName)} name`]),
    ...['resolv-retry infinite', 'connect-retry 1 10', 'connect-timeout 10'],
    ...['persist-key', 'persist-tun', 'keepalive 5 20', 'verb 3'],
  ].join('\n')}\n`;
}

/** A word as OpenVPN reads it. */
function word(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
