import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { JobDescription } from '../grid/description.ts';
import type { TargetSpec } from '../grid/records/record.ts';
import { planSandbox, stageJob } from '../grid/sandbox.ts';
import { sentText } from '../grid/sent.ts';
import { broker, submitToSites } from '../grid/sites.ts';
import { parseTarget } from '../grid/spec.ts';
import { addCredentialOptions, type CredentialFlags, givenCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { atDesk } from './grid-desk.ts';
import { addJobOptions, describeFrom, type JobFlags } from './job-options.ts';
import { waitForJob } from './job-wait.ts';

interface SubmitFlags extends JobFlags, CredentialFlags {
  readonly to: readonly string[];
  readonly via?: string;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly json?: boolean;
}

/** `apppot submit` */
export function submitCommand(deps: Deps): Command {
  const command = new Command('submit')
    .description('run a command in a guest as a job on a grid, a cluster or this machine')
    .argument('[command...]', 'a job file that ends in .yaml, and what to run in the guest')
    .option('--to <target>', TO, collectTo, [])
    .option('--via <user@host>', 'use the targets from this machine, over ssh')
    .option('--wait', "wait for the job's end; the status is the command's", false)
    .option('--dry-run', 'print what would be sent, and send nothing', false)
    .option('--json', 'print the record of the job as JSON');
  addJobOptions(addCredentialOptions(command));
  return command.action(async (words: string[], flags: SubmitFlags) => submit(words, flags, deps));
}

async function submit(words: readonly string[], flags: SubmitFlags, deps: Deps): Promise<void> {
  const description = await describeFrom(words, flags, deps.env);
  const specs = targetsOf(flags);
  const out = deps.output(flags.json);
  if (flags.dryRun) return showSent(description, specs[0] as TargetSpec, deps);
  const plan = await planSandbox(description);
  await atDesk(deps, async (desk) => {
    const options = {
      open: desk.open,
      slots: description.resources.count,
      onPassedOver: (line: string) => out.warn(line),
      patience: PATIENCE,
    };
    const sites = await broker(specs, options);
    const record = await desk.store.create(description, async (directory) => {
      const staged = await stageJob(description, plan, { mark: '', directory });
      return staged.wrapper;
    });
    const submitted = await submitToSites(desk.store, record, sites, options);
    out.result(submitted, submitted.id);
    if (flags.wait) await waitForJob(submitted.id, deps, desk);
  });
}

const TO =
  'local (the default), slurm, gridengine or the address of an ARC service; repeatable: the one where it can start first';

/** Until a site says how busy it is. */
const PATIENCE = 20;

function collectTo(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function targetsOf(flags: SubmitFlags): readonly TargetSpec[] {
  const to = flags.to.length === 0 ? ['local'] : flags.to;
  return to.map((text) => parseTarget(text, givenCredentials(flags), flags.via));
}

/** Exactly what a target would get; the mark differs from time to time. */
async function showSent(description: JobDescription, spec: TargetSpec, deps: Deps): Promise<void> {
  const plan = await planSandbox(description);
  const directory = mkdtempSync(join(tmpdir(), 'apppot-dry-run-'));
  try {
    const mark = 'apppot-dry-run';
    const staged = await stageJob(description, plan, { mark, directory });
    const text = sentText(staged, spec);
    deps.output().result(text, text.trimEnd());
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
