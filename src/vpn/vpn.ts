/**
 * The private network that nodes join the cluster by.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';
import type { NodeFile, NodeId, Seat } from '../model/node.ts';

export type VpnCode = 'VPN_UNUSABLE' | 'AUTHORITY_UNUSABLE';

export class VpnError extends AppPotError<VpnCode> {}

export interface Member {
  readonly node: NodeId;
  readonly seat: Seat;
}

/** All calls may be repeated. */
export interface Vpn {
  readonly name: string;
  /** Gives a node its credential, bound to its address. The same node again gets the same. @returns the files that the guest needs. */
  admit(member: Member): Promise<ReadonlyMap<string, NodeFile>>;
  /** Ends a node's admission: its credential is worthless from now on, and what it has open is closed. */
  revoke(node: NodeId): Promise<void>;
  /** Who is admitted, whether connected or not: for finding those that no node is left of. */
  members(): Promise<readonly NodeId[]>;
  /** Who is connected now. */
  connected(): Promise<ReadonlySet<NodeId>>;
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}
