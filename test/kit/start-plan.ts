import type { StartPlan } from '../../src/launch/launch.ts';

/** A plan with nothing special about it; tests say what they change. */
export function startPlan(changes: Partial<StartPlan> = {}): StartPlan {
  return {
    name: 'g1',
    kernel: '/usr/bin/linux',
    image: '/img/base.img',
    disk: { kind: 'temporary' },
    memory: 512 * 2 ** 20,
    network: { kind: 'none' },
    segments: [],
    confinement: { kind: 'none', reason: 'a test' },
    temporary: '/tmp/apppot-7',
    memoryPlace: 'shared',
    binds: [],
    command: ['true'],
    environment: {},
    caller: { uid: 7, gid: 8, user: 'ada', group: 'staff', umask: 0o27 },
    extra: [],
    grace: 8,
    ...changes,
  };
}
