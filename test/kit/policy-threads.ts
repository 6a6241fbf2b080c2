import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import type { ThreadOptions } from '../../src/orchestrator/reload/thread.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Call it once, outside of tests. Threads that run our sources, built where they find their packages. */
export function policyThreads(): ThreadOptions {
  const outdir = mkdtempSync(join(ROOT, 'node_modules/.apppot-test-'));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  buildSync({
    entryPoints: [join(ROOT, 'src/orchestrator/reload/policy-worker.ts')],
    ...{ outdir, bundle: true, packages: 'external', platform: 'node', format: 'esm' },
    ...{ entryNames: '[name]', outExtension: { '.js': '.mjs' } },
  });
  return {
    worker: pathToFileURL(join(outdir, 'policy-worker.mjs')),
    // Slow machines get all the time they need.
    budgetMs: 20_000,
  };
}

export const YAML = `
batch: {kind: random}
seats: {hosts: "node[001-009]", from: 10.8.0.101, network: 10.8.0.0/24}
pools:
  - {name: uml, provider: {kind: dummy}, slots: 2, memory: 1G, max-nodes: 9}
policies: [bin-pack, idle]
`;

/** A program whose policies are these. */
export function program(policies: string, before = ''): string {
  return `
import { BasePolicy, binPack, defineOrchestrator, definePolicy, idleFor } from 'apppot';
${before}
export default defineOrchestrator({
  batch: { kind: 'random' },
  seats: { hosts: 'node[001-009]', from: '10.8.0.101', network: '10.8.0.0/24' },
  pools: [{ name: 'uml', provider: { kind: 'dummy' }, slots: 2, memory: '1G', maxNodes: 9 }],
  policies: [${policies}],
});
`;
}
