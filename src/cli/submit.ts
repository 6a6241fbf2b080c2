import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { arcText } from '../grid/arc/target.ts';
import type { JobDescription } from '../grid/description.ts';
import { parseTarget } from '../grid/open.ts';
import type { TargetSpec } from '../grid/records/record.ts';
import { planSandbox, stageJob } from '../grid/sandbox.ts';
import { renderRunner } from '../grid/shared/script.ts';
import { submitRecorded } from '../grid/submit.ts';
import { addCredentialOptions, type CredentialFlags, givenCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { atDesk } from './grid-desk.ts';
import { addJobOptions, describeFrom, type JobFlags } from './job-options.ts';
import { waitForJob } from './job-wait.ts';

interface SubmitFlags extends JobFlags, CredentialFlags {
  readonly to: string;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly json?: boolean;
}

/** `apppot submit` */
export function submitCommand(deps: Deps): Command {
  const command = new Command('submit')
    .description('run a command in a guest as a job on a grid, a cluster or this machine')
    .argument('[command...]', 'a job file that ends in .yaml, and what to run in the guest')
    .option('--to <target>', 'address of an ARC service, slurm or local', 'local')
    .option('--wait', "wait for the job's end; the status is the command's", false)
    .option('--dry-run', 'print what would be sent, and send nothing', false)
    .option('--json', 'print the record of the job as JSON');
  addJobOptions(addCredentialOptions(command));
  return command.action(async (words: string[], flags: SubmitFlags) => submit(words, flags, deps));
}

async function submit(words: readonly string[], flags: SubmitFlags, deps: Deps): Promise<void> {
  const description = await describeFrom(words, flags, deps.env);
  const spec = parseTarget(flags.to, givenCredentials(flags));
  const out = deps.output(flags.json);
  if (flags.dryRun) return showSent(description, spec, deps);
  const plan = await planSandbox(description);
  await atDesk(deps, async (desk) => {
    const target = desk.open(spec);
    const record = await desk.store.create(description, async (directory) => {
      const staged = await stageJob(description, plan, { mark: '', directory });
      return staged.wrapper;
    });
    const submitted = await submitRecorded(desk.store, record, spec, target);
    out.result(submitted, submitted.id);
    if (flags.wait) await waitForJob(submitted.id, deps, desk);
  });
}

/** Exactly what a target would get; the mark differs from time to time. */
async function showSent(description: JobDescription, spec: TargetSpec, deps: Deps): Promise<void> {
  const plan = await planSandbox(description);
  const directory = mkdtempSync(join(tmpdir(), 'apppot-dry-run-'));
  try {
    const mark = 'apppot-dry-run';
    const staged = await stageJob(description, plan, { mark, directory });
    const text =
      spec.kind === 'arc' ? arcText(staged) : renderRunner(staged, `/${mark}`, spec.kind);
    deps.output().result(text, text.trimEnd());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
