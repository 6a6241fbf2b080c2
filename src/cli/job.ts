import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { GridError } from '../grid/errors.ts';
import { fetchOutputs } from '../grid/fetch.ts';
import { isOver, type Seen } from '../grid/look.ts';
import { targetName } from '../grid/spec.ts';
import { submitRecorded } from '../grid/submit.ts';
import type { Target } from '../grid/target.ts';
import type { Deps } from './deps.ts';
import { atDesk, type GridDesk } from './grid-desk.ts';
import { waitForJob } from './job-wait.ts';
import { jobView } from './jobs.ts';

/** `apppot job …` */
export function jobCommand(deps: Deps): Command {
  const job = new Command('job').description('look at, fetch or end one job');
  const verb = (name: string, description: string): Command =>
    job.command(name).description(description).argument('<job>', 'its id, or how that begins');
  verb('show', 'say all that is known about a job')
    .option('--json', 'print it as JSON')
    .action((id: string, { json }: { readonly json?: boolean }) => show(id, json ?? false, deps));
  verb('wait', "wait for a job's end; the status is its command's").action((id: string) =>
    atDesk(deps, (desk) => waitForJob(id, deps, desk)),
  );
  verb('cat', 'print what a job printed, also while it runs')
    .option('--stderr', 'its messages instead', false)
    .option('--file <name>', 'another of its files instead')
    .action((id: string, flags: CatFlags) => cat(id, flags, deps));
  verb('fetch', 'copy what a job leaves here')
    .option('-o, --output <dir>', 'where to; default: a new directory NAME-ID')
    .action((id: string, flags: { readonly output?: string }) => fetch(id, flags.output, deps));
  verb('kill', 'end a job').action((id: string) => kill(id, deps));
  verb('clean', 'forget a job, and remove its files from its target')
    .option('--force', 'forget it even when its target cannot be asked', false)
    .action((id: string, { force }: { readonly force: boolean }) => clean(id, force, deps));
  verb('retry', 'submit a job again that has ended').action((id: string) => retry(id, deps));
  return job;
}

interface CatFlags {
  readonly stderr: boolean;
  readonly file?: string;
}

async function find(id: string, desk: GridDesk): Promise<Seen> {
  const [seen] = await desk.look([await desk.store.get(id)]);
  if (seen === undefined) throw new Error(`no answer about ${id}`);
  return seen;
}

function show(id: string, json: boolean, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const seen = await find(id, desk);
    const { record, status, attempt } = seen;
    const rows: (readonly [string, string | undefined])[] = [
      ['job', record.id],
      ['name', record.description.name],
      ['state', status.own === undefined ? status.state : `${status.state} (${status.own})`],
      ['exit status', status.exitStatus?.toString()],
      ['reason', status.reason],
      ['queue', status.queue],
      ['wall time', status.wallTime === undefined ? undefined : `${status.wallTime} s`],
      ['target', attempt && targetName(attempt.target)],
      ['known there as', attempt?.handle],
      ['attempt', attempt?.number.toString()],
      ['submitted', attempt && new Date(attempt.began * 1_000).toISOString()],
      [
        'ended',
        status.ended === undefined ? undefined : new Date(status.ended * 1_000).toISOString(),
      ],
      ['command', JSON.stringify(record.description.command)],
      ['record', record.directory],
    ];
    const lines = rows.flatMap(([name, value]) =>
      value === undefined ? [] : [`${name.padEnd(14)} ${value}`],
    );
    deps
      .output(json)
      .result({ ...jobView(seen), description: record.description }, lines.join('\n'));
  });
}

/** A job that its target has. */
async function held(
  id: string,
  desk: GridDesk,
): Promise<Seen & { readonly target: Target; readonly handle: string }> {
  const seen = await find(id, desk);
  const { attempt, status } = seen;
  if (attempt?.handle === undefined) {
    throw new GridError(
      `Cannot reach the job "${seen.record.id}": it is not at its target${status.reason === undefined ? ' yet' : ` (${status.reason})`}`,
      { kind: 'conflict', code: 'JOB_UNSUBMITTED', hint: 'Look at it with "apppot job show".' },
    );
  }
  return { ...seen, target: desk.open(attempt.target), handle: attempt.handle };
}

function cat(id: string, { stderr, file }: CatFlags, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const { target, handle, record } = await held(id, desk);
    const directory = mkdtempSync(join(tmpdir(), 'apppot-cat-'));
    try {
      const { stdout: usual, stderr: messages } = record.description;
      const to = join(directory, 'file');
      await target.fetch(handle, file ?? (stderr ? messages : usual), to);
      process.stdout.write(readFileSync(to));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

function fetch(id: string, output: string | undefined, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const { target, handle, record, status } = await held(id, desk);
    if (!isOver(status)) throw unfinished(record.id, status.state);
    const { description } = record;
    const to = output ?? `${description.name.replaceAll(/[^\w.-]+/g, '_')}-${record.id}`;
    const { files, missing } = await fetchOutputs(target, handle, description, to);
    deps.output().result({ directory: to, files, missing }, to);
    if (missing.length > 0) throw outputsMissing(record.id, missing);
  });
}

function kill(id: string, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const { target, handle, status } = await held(id, desk);
    if (!isOver(status)) await target.kill(handle);
  });
}

function clean(id: string, force: boolean, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const seen = await find(id, desk);
    if (!isOver(seen.status) && !force) throw unfinished(seen.record.id, seen.status.state);
    await forget(seen, desk).catch((error: unknown) => {
      if (!force) throw error;
    });
    await desk.store.remove(seen.record);
  });
}

async function forget({ attempt, status }: Seen, desk: GridDesk): Promise<void> {
  if (attempt?.handle === undefined || status.state === 'gone') return;
  try {
    await desk.open(attempt.target).clean(attempt.handle);
  } catch (error) {
    if (!(error instanceof GridError && error.code === 'JOB_MISSING')) throw error;
  }
}

function retry(id: string, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const { record, status, attempt } = await find(id, desk);
    if (!isOver(status)) throw unfinished(record.id, status.state);
    const spec = attempt?.target ?? { kind: 'local' };
    const latest = await desk.store.get(record.id);
    await submitRecorded(desk.store, latest, spec, desk.open(spec));
    deps.output().result({ id: record.id }, record.id);
  });
}

function unfinished(id: string, state: string): GridError {
  return new GridError(`Cannot do this to the job "${id}": it has not ended (${state})`, {
    kind: 'conflict',
    code: 'JOB_UNFINISHED',
    hint: `Wait with "apppot job wait ${id}", or end it with "apppot job kill ${id}".`,
  });
}

function outputsMissing(id: string, names: readonly string[]): GridError {
  return new GridError(
    `Cannot fetch all of the job "${id}": it left no ${names.map((name) => `"${name}"`).join(', ')}`,
    { kind: 'partial', code: 'OUTPUT_MISSING', hint: `See "apppot job cat ${id} --stderr".` },
  );
}
