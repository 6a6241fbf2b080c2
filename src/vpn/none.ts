import type { NodeId } from '../model/node.ts';
import type { Vpn } from './vpn.ts';

/** For providers whose nodes are in the cluster's own network: nobody needs a credential. */
export function noVpn(): Vpn {
  const nobody: readonly NodeId[] = [];
  return {
    name: 'none',
    admit: async () => new Map(),
    revoke: async () => undefined,
    members: async () => nobody,
    connected: async () => new Set(nobody),
    check: async () => [],
    close: async () => undefined,
  };
}
