/**
 * What a node is told: the files that its agent reads. Format: `docs/formats/node.md`.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import type { HostName } from '../model/job.ts';
import type { NodeFile, NodeId, Seat } from '../model/node.ts';

/** The daemon that a node runs, and where it finds its server. */
export type NodeDaemon =
  | {
      readonly kind: 'gridengine';
      /** The qmaster's name, which `hosts` gives the address of. */
      readonly qmaster: HostName;
      readonly cell?: string;
      readonly qmasterPort?: number;
      readonly execdPort?: number;
    }
  | {
      readonly kind: 'slurm';
      /** `HOST:PORT` of a slurmctld that gives out its configuration, where `configuration` is missing. */
      readonly controller?: string;
      /** The text of `slurm.conf`. */
      readonly configuration?: string;
      /** What slurmd says it has, such as `CPUs=1 RealMemory=480 Feature=burst`; empty: `slurm.conf` names it. */
      readonly resources: string;
      /** The cluster's key of munge(7), in base 64. */
      readonly key: string;
    }
  | { readonly kind: 'none' };

export interface NodeBrief {
  readonly node: NodeId;
  readonly seat: Seat;
  readonly daemon: NodeDaemon;
  /** What `/etc/hosts` of the node says. */
  readonly hosts: string;
  /** Lines of passwd(5) and group(5) for those whose jobs run on it. */
  readonly accounts: { readonly passwd: string; readonly group: string };
  readonly report: NodeReport;
  /** What the files of `Vpn.admit()`, which come beside these, are for. */
  readonly vpn: 'openvpn' | 'none';
}

/** How a node tells the orchestrator of itself. */
export interface NodeReport {
  /** `ADDRESS:PORT` of its listener, as the node reaches it. */
  readonly to: string;
  /** For the one report that it is ready. */
  readonly token: string;
  /** For each renewal of its lease. */
  readonly lease: string;
  readonly leaseTime: Seconds;
  readonly beat: Seconds;
}

/** How long a node may take to join the VPN, and then to be heard. */
const PATIENCE: { readonly vpn: Seconds; readonly report: Seconds } = { vpn: 120, report: 600 };

export function renderNodeFiles(brief: NodeBrief): ReadonlyMap<string, NodeFile> {
  const { daemon, hosts, accounts, report } = brief;
  const open = (contents: string): NodeFile => ({ contents, secret: false });
  const secret = (contents: string): NodeFile => ({ contents: `${contents}\n`, secret: true });
  const slurm = daemon.kind === 'slurm' ? daemon : undefined;
  return new Map([
    ['settings', open(renderSettings(brief))],
    ['hosts', open(hosts)],
    ['passwd', open(accounts.passwd)],
    ['group', open(accounts.group)],
    ['token', secret(report.token)],
    ['lease', secret(report.lease)],
    ...(slurm === undefined ? [] : [['munge.key', secret(slurm.key)] as const]),
    ...(slurm?.configuration === undefined
      ? []
      : [['slurm.conf', open(slurm.configuration)] as const]),
  ]);
}

function renderSettings({ node, seat, daemon, report, vpn }: NodeBrief): string {
  const settings: Readonly<Record<string, string | number | undefined>> = {
    node,
    host: seat.host,
    address: seat.address,
    vpn,
    'vpn-patience': PATIENCE.vpn,
    report: report.to,
    patience: PATIENCE.report,
    'lease-time': Math.ceil(report.leaseTime),
    beat: Math.ceil(report.beat),
    daemon: daemon.kind,
    ...daemonSettings(daemon),
  };
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${plain(value)}\n`]))
    .join('');
}

function daemonSettings(daemon: NodeDaemon): Record<string, string | number | undefined> {
  switch (daemon.kind) {
    case 'gridengine':
      return {
        qmaster: daemon.qmaster,
        cell: daemon.cell,
        'qmaster-port': daemon.qmasterPort,
        'execd-port': daemon.execdPort,
      };
    case 'slurm':
      return { controller: daemon.controller, resources: daemon.resources || undefined };
    case 'none':
      return {};
  }
}

/** A line cannot hold a newline. */
function plain(value: string | number): string {
  return String(value).replaceAll(/[\r\n]+/g, ' ');
}

/**
 * The hosts file of nodes, and lines for the cluster's own: names are told before there are nodes, for
 * batch systems remember long that a name was unknown.
 *
 * @param machines Name and address of each.
 */
export function renderHosts(machines: readonly Seat[]): string {
  const rows = [{ address: '127.0.0.1', host: 'localhost' }, ...machines];
  return rows.map(({ address, host }) => `${address}\t${host}\n`).join('');
}
