import type { NodeRow } from '../../src/orchestrator/rows.ts';

const AT = 1_000;

export function nodeRow(id: string, patch: Partial<NodeRow> = {}): NodeRow {
  return {
    ...{
      id,
      name: `vb-abcdef-small-${id}`,
      pool: 'small',
      phase: 'planned',
      since: AT,
      created: AT,
    },
    ...{ seat: { host: `host-${id}`, address: '10.8.1.1' }, used: 0, specHash: 'v1' },
    ...{ startReason: 'jobs wait', price: 1, billingUnit: 1, maxLifetime: 100, reserved: 2 },
    ...{ forJobs: ['17'], probe: false, adopted: false, tokens: ['aa'], leases: [], asked: 0 },
    ...{ missing: 0, ...patch },
  };
}
