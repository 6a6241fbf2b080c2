import { expect, it } from 'vitest';
import type { BatchSystem } from '../../../src/batch/batch.ts';
import type { AuditedPlaces, Leak } from '../../../src/orchestrator/audit.ts';
import { endLeaks } from '../../../src/orchestrator/end-leaks.ts';
import type { Provider } from '../../../src/provider/provider.ts';
import type { Vpn } from '../../../src/vpn/vpn.ts';

const leak = (kind: Leak['kind'], id: string): Leak => ({ kind, id, where: 'uml', why: 'lost' });

it('endLeaks() ends hosts first, goes on after a refusal, and tells of it', async () => {
  const calls: string[] = [];
  const places: AuditedPlaces = {
    providers: [
      {
        name: 'uml',
        terminate: async (id: string) => {
          calls.push(`terminate ${id}`);
          if (id === 'busy') throw new Error('a job runs on it');
        },
      } as Provider,
    ],
    batch: { remove: async (id: string) => void calls.push(`remove ${id}`) } as BatchSystem,
    vpn: { revoke: async (id: string) => void calls.push(`revoke ${id}`) } as Vpn,
  };
  const leaks = [
    ...[leak('member', 'n1'), leak('instance', 'busy'), leak('instance', 'i1')],
    leak('host', 'node001'),
  ];
  expect(await endLeaks(leaks, places)).toEqual({
    done: [leak('host', 'node001'), leak('instance', 'i1'), leak('member', 'n1')],
    failed: ['busy: a job runs on it'],
  });
  expect(calls).toEqual(['remove node001', 'terminate busy', 'terminate i1', 'revoke n1']);
});
