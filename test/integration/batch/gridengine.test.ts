import { afterAll, beforeAll, describe } from 'vitest';
import { batchContract } from '../../kit/batch-contract.ts';
import { type GridEngine, startGridEngine } from '../../kit/gridengine.ts';
import { gridEngineLab } from '../../kit/gridengine-lab.ts';

let cluster: GridEngine;
beforeAll(async () => {
  cluster = await startGridEngine();
});
afterAll(() => cluster?.stop());

describe('gridEngine() keeps the contract', { timeout: 300_000 }, () =>
  batchContract(() => gridEngineLab(cluster)),
);
