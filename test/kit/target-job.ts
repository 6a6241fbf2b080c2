import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JobDescription } from '../../src/grid/description.ts';
import type { JobStatus, StagedJob, Target } from '../../src/grid/target.ts';

const DESCRIPTION: JobDescription = {
  name: 'a job of "ours", (*called* $HOME',
  image: { kind: 'site', path: '/nowhere.img' },
  command: [],
  environment: {},
  inputs: [],
  outputs: [],
  stdout: 'out.txt',
  stderr: 'err.txt',
  resources: { memory: 2 ** 26, count: 1, wallTime: 600 },
};

/** A job whose wrapper is this shell script. */
export function stagedJob(
  directory: string,
  script: string,
  wishes: Partial<JobDescription> = {},
  files: Readonly<Record<string, string>> = {},
): StagedJob {
  const sandbox = mkdtempSync(join(directory, 'sandbox-'));
  const all = { 'wrapper.sh': `#!/bin/sh\n${script}\n`, ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(sandbox, name)), { recursive: true });
    writeFileSync(join(sandbox, name), text);
  }
  chmodSync(join(sandbox, 'wrapper.sh'), 0o755);
  const description = { ...DESCRIPTION, ...wishes };
  const mark = `apppot-test-${randomBytes(6).toString('hex')}`;
  return { mark, name: description.name, sandbox, wrapper: 'wrapper.sh', description };
}

/** Asks until a job is as it should be, or the test's time is over. */
export async function until(
  target: Target,
  id: string,
  isWanted: (status: JobStatus) => boolean,
): Promise<JobStatus> {
  for (let pause = 100; ; pause = Math.min(pause * 1.3, 1_000)) {
    const status = (await target.status([id])).get(id);
    if (status !== undefined && isWanted(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

export function isOver({ state }: JobStatus): boolean {
  return ['finished', 'failed', 'killed', 'gone'].includes(state);
}
