import { Command } from 'commander';
import type { JobDescription } from '../grid/description.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import { parseTarget } from '../grid/spec.ts';
import type { SweepTask } from '../grid/sweep/parameters.ts';
import { addCredentialOptions, type CredentialFlags, givenCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { PRINTABLE, type Printable, renderSent } from './dry-run.ts';
import { atDesk, type GridDesk, recordedTargets, type Submit } from './grid-desk.ts';
import { addJobOptions, describeFrom, describeSweep, type JobFlags } from './job-options.ts';
import { jobMaker } from './job-staging.ts';
import { waitForJob } from './job-wait.ts';
import { checkOptions, needs } from './snap-rules.ts';
import { handOverSweep, sweepOf, waitForSweep } from './sweep.ts';
import { addSweepOptions, SWEEP_RULES, type SweepFlags, sweepTasks } from './sweep-options.ts';
import { optionError } from './usage.ts';

interface SubmitFlags extends JobFlags, CredentialFlags, SweepFlags {
  readonly to: readonly string[];
  readonly via?: string;
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly print?: Printable;
  readonly json?: boolean;
}

const RULES = [...SWEEP_RULES, needs('print', (has) => has('dry-run'), '--dry-run')];

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
  command.addOption(
    command.createOption('--print <what>', 'with --dry-run: something else').choices(PRINTABLE),
  );
  addJobOptions(addCredentialOptions(addSweepOptions(command)));
  return command.action(async (words: string[], flags: SubmitFlags) => {
    checkOptions(command, RULES, deps.program);
    await submit(words, flags, deps);
  });
}

const TO =
  'local (the default), slurm, gridengine or the address of an ARC service; repeatable: the one where it can start first';

function collectTo(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function targetsOf(flags: SubmitFlags): readonly TargetSpec[] {
  const to = flags.to.length === 0 ? ['local'] : flags.to;
  return to.map((text) => parseTarget(text, givenCredentials(flags), flags.via));
}

async function submit(words: readonly string[], flags: SubmitFlags, deps: Deps): Promise<void> {
  if (flags.resume !== undefined) {
    if (words.length > 0) throw optionError(['--resume takes no command'], 'apppot submit');
    return resume(flags.resume, flags, deps);
  }
  const targets = targetsOf(flags);
  const wish = { words, flags, env: deps.env };
  const tasks = await sweepTasks(flags);
  if (tasks === undefined) {
    const description = await describeFrom(wish);
    return flags.dryRun
      ? showSent([description], targets, flags, deps)
      : submitOne(description, targets, flags, deps);
  }
  const descriptions = await describeSweep(wish, tasks);
  return flags.dryRun
    ? showSent(descriptions, targets, flags, deps)
    : submitSweep({ tasks, descriptions }, targets, flags, deps);
}

function submitOne(
  description: JobDescription,
  targets: readonly TargetSpec[],
  { wait, json }: SubmitFlags,
  deps: Deps,
): Promise<void> {
  return atDesk(deps, async (desk) => {
    const submit = await desk.submitter(targets, description.resources.count);
    const record = await desk.store.create(await jobMaker(targets)(description));
    const submitted = await submit(record);
    deps.output(json).result(submitted, submitted.id);
    if (wait) await waitForJob(submitted, deps, desk);
  });
}

interface Sweep {
  readonly tasks: readonly SweepTask[];
  /** One for each task. */
  readonly descriptions: readonly JobDescription[];
}

function submitSweep(
  { tasks, descriptions }: Sweep,
  targets: readonly TargetSpec[],
  flags: SubmitFlags,
  deps: Deps,
): Promise<void> {
  return atDesk(deps, async (desk) => {
    const submit = await desk.submitter(targets, descriptions[0]?.resources.count ?? 1);
    const make = jobMaker(targets);
    const jobs = await Promise.all(descriptions.map(make));
    const records = await desk.store.createSweep(
      tasks.flatMap((task, index) => {
        const job = jobs[index];
        return job === undefined ? [] : [{ ...job, number: task.number, value: task.value }];
      }),
    );
    const data = { id: sweepOf(records), jobs: records.length };
    deps.output(flags.json).result(data, data.id);
    await finishSweep(records, submit, flags, deps, desk);
  });
}

function resume(id: string, flags: SubmitFlags, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const records = await desk.store.find(id);
    const cores = records[0]?.description.resources.count ?? 1;
    const submit = await desk.submitter(recordedTargets(records), cores);
    await finishSweep(records, submit, flags, deps, desk);
  });
}

async function finishSweep(
  records: readonly JobRecord[],
  submit: Submit,
  { atOnce, wait, json }: SubmitFlags,
  deps: Deps,
  desk: GridDesk,
): Promise<void> {
  const isWhole = await handOverSweep(records, deps, desk, {
    submit,
    ...(atOnce !== undefined && { atOnce }),
  });
  if (wait && isWhole) await waitForSweep(records, deps, desk, json);
}

async function showSent(
  descriptions: readonly JobDescription[],
  [target]: readonly TargetSpec[],
  { print, json }: SubmitFlags,
  deps: Deps,
): Promise<void> {
  if (target === undefined) return;
  const texts: string[] = [];
  for (const description of descriptions) texts.push(await renderSent(description, target, print));
  deps.output(json).result(texts, texts.map((text) => text.trimEnd()).join('\n\n'));
}
