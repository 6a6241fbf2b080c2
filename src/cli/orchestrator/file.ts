import { resolve } from 'node:path';
import { Option } from 'commander';
import { openVersion, type Version } from '../../orchestrator/reload/version.ts';
import type { Deps } from '../deps.ts';

export const ORCHESTRATOR_FILE = '/etc/apppot/orchestrator.yaml';

/** How long a policy may think in each cycle. */
const POLICY_BUDGET_MS = 50;

export interface FileFlags {
  readonly config: string;
}

export function fileOption(): Option {
  return new Option('-c, --config <file>', "the orchestrator's file, YAML or TypeScript").default(
    ORCHESTRATOR_FILE,
  );
}

/** @throws {ConfigError | PolicyError} with everything that is wrong in it. */
export function openFile(path: string, { policyThread }: Deps): Promise<Version> {
  if (policyThread === undefined) throw new TypeError('the thread of policies is missing');
  return openVersion(resolve(path), { worker: policyThread, budgetMs: POLICY_BUDGET_MS });
}
