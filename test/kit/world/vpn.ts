import type { Vpn } from '../../../src/vpn/vpn.ts';
import { Wire } from './wire.ts';
import type { World } from './world.ts';

/** Who is admitted. */
export function fakeVpn(world: World): Vpn {
  const wire = new Wire(world.clock, world.chance, () => ({
    ...world.faults,
    twice: 0,
    lateRequest: 0,
  }));
  const errors = { clear: () => new Error('no authority'), vague: () => new Error('no authority') };
  return {
    name: 'vpn',
    admit: ({ node }) =>
      wire.call(() => {
        world.members.add(node);
        return new Map();
      }, errors),
    revoke: (node) => wire.call(() => void world.members.delete(node), errors),
    members: () => wire.call(() => [...world.members], errors),
    connected: async () => new Set(),
    check: async () => [],
    close: async () => undefined,
  };
}
