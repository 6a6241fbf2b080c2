/**
 * Virtual compute nodes, and the phases of their lives.
 *
 * @module
 */

import type { Instant } from '../base/clock.ts';
import type { HostName } from './job.ts';
import type { PoolName } from './pool.ts';

/** Twelve letters and digits; never used twice. */
export type NodeId = string;
/** The provider's own name of what it started: the identity of a node once it has one. */
export type InstanceId = string;

/** A place in the cluster that a node takes: both sides know name and address before it exists. */
export interface Seat {
  readonly host: HostName;
  /** Of the VPN, IPv4. */
  readonly address: string;
}

/**
 * `planned`: written down, nothing asked for. `requesting`: asked for, perhaps without an answer. `booting`:
 * there is an instance. `joining`: it has reported ready. `ready`: the batch system lists it as up with its slots.
 * `cordoning`: it is to take no more jobs. `draining`: the batch system has said so; jobs may still run. `drained`: a
 * later, complete snapshot shows none. `removing`: it leaves batch system and VPN. `terminating`: its instance is
 * to end. `gone`: the provider no longer lists it. `failed` and `lost` go on to `removing`: it did not get ready; its
 * instance is proven absent. `cancelled`: never asked for. What is ended by force skips the proof that no job is left.
 */
export type Phase =
  | 'planned'
  | 'requesting'
  | 'booting'
  | 'joining'
  | 'ready'
  | 'cordoning'
  | 'draining'
  | 'drained'
  | 'failed'
  | 'lost'
  | 'removing'
  | 'terminating'
  | 'gone'
  | 'cancelled';

const NEXT: Readonly<Record<Phase, readonly Phase[]>> = {
  planned: ['requesting', 'cancelled'],
  requesting: ['booting', 'failed'],
  booting: ['joining', 'failed', 'lost'],
  joining: ['ready', 'failed', 'lost'],
  ready: ['cordoning', 'lost'],
  cordoning: ['draining', 'ready', 'lost', 'removing'],
  draining: ['drained', 'ready', 'lost', 'removing'],
  drained: ['removing', 'draining', 'ready', 'lost'],
  failed: ['removing'],
  lost: ['removing'],
  removing: ['terminating', 'draining'],
  terminating: ['gone'],
  gone: [],
  cancelled: [],
};

/** Whether a node's life may go on so. */
export function mayBecome(from: Phase, to: Phase): boolean {
  return NEXT[from].includes(to);
}

/** Whether it is over: nothing of it exists any more. */
export function isOver(phase: Phase): boolean {
  return NEXT[phase].length === 0;
}

/** What a guest is told: a small file of its control directory or user data. */
export interface NodeFile {
  readonly contents: string;
  /** Only the guest's root and we may read it. */
  readonly secret: boolean;
}

/** Why a node is to end. */
export type EndReason =
  | 'idle'
  | 'surplus'
  | 'expired'
  | 'drifted'
  | 'budget'
  | 'admin'
  | 'spot-notice'
  | 'failed'
  | 'lost';

/** A node as policies, pages and listings see it. */
export interface Node {
  readonly id: NodeId;
  /** `vb-CONTROLLER-POOL-ID`: carried by everything that is made for it. */
  readonly name: string;
  readonly pool: PoolName;
  readonly seat: Seat;
  readonly phase: Phase;
  /** When the phase began. */
  readonly since: Instant;
  readonly created: Instant;
  readonly instance?: InstanceId;
  /** When it became ready; missing before. */
  readonly readyAt?: Instant;
  /** Since when it has run no job; missing unless it is ready and idle. */
  readonly idleSince?: Instant;
  /** Slots in use, of the last snapshot; 0 unless it is in the batch system. */
  readonly used: number;
  /** Digest of the settings it was started with. */
  readonly specHash: string;
  /** Why it was started, in one clause. */
  readonly startReason: string;
  readonly endReason?: EndReason;
  /** Why it failed or ends, in one clause. */
  readonly note?: string;
  /** An operator keeps it as it is until then. */
  readonly heldUntil?: Instant;
}
