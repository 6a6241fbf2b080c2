import { afterAll, beforeAll, describe } from 'vitest';
import { batchContract } from '../../kit/batch-contract.ts';
import { type Slurm, startSlurm } from '../../kit/slurm.ts';
import { slurmLab } from '../../kit/slurm-lab.ts';

let cluster: Slurm;
beforeAll(async () => {
  cluster = await startSlurm();
});
afterAll(() => cluster?.stop());

describe('slurm() keeps the contract', { timeout: 300_000 }, () =>
  batchContract(() => slurmLab(cluster)),
);
