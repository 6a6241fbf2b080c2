import { Command } from 'commander';
import { isOver, type Seen } from '../grid/look.ts';
import { targetName } from '../grid/spec.ts';
import { renderTally, STATES, tally } from '../grid/sweep/tally.ts';
import type { JobState } from '../grid/target.ts';
import type { Deps } from './deps.ts';
import { atDesk } from './grid-desk.ts';
import { sweepView } from './sweep-report.ts';
import { renderRows } from './table.ts';

interface JobsFlags {
  readonly state?: JobState;
  readonly json?: boolean;
}

/** `apppot jobs` */
export function jobsCommand(deps: Deps): Command {
  const command = new Command('jobs')
    .description('list submitted jobs, and how they are')
    .argument('[sweep]', 'only the jobs of this sweep, each of them')
    .option('--json', 'print the jobs as JSON');
  command.addOption(
    command.createOption('--state <state>', 'only jobs that are so').choices(STATES),
  );
  return command.action(async (sweep: string | undefined, flags: JobsFlags) =>
    list(sweep, flags, deps),
  );
}

function list(sweep: string | undefined, { state, json }: JobsFlags, deps: Deps): Promise<void> {
  return atDesk(deps, async (desk) => {
    const records = await (sweep === undefined ? desk.store.all() : desk.store.find(sweep));
    const all = await desk.look(records);
    const seen = all.filter(({ status }) => state === undefined || status.state === state);
    const groups = groupsOf(seen, sweep !== undefined || state !== undefined);
    const sweeps = groupsOf(all, false).filter(([first]) => first?.record.sweep !== undefined);
    deps
      .output(json)
      .result({ jobs: seen.map(jobView), sweeps: sweeps.map(sweepView) }, renderTable(groups));
    for (const reason of unanswered(seen)) deps.output().warn(reason);
  });
}

/** Jobs of one sweep together, unless each is to be seen. */
function groupsOf(seen: readonly Seen[], isEach: boolean): readonly (readonly Seen[])[] {
  const groups = new Map<string, Seen[]>();
  for (const one of seen) {
    const key = isEach ? one.record.id : (one.record.sweep?.id ?? one.record.id);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** What `--json` says of a job. */
export function jobView({ record, status, attempt }: Seen) {
  const { id, created, description, sweep } = record;
  return {
    ...{ id, name: description.name, state: status.state, status, created },
    ...(sweep && { sweep }),
    command: description.command,
    ...(attempt && {
      target: targetName(attempt.target),
      submitted: attempt.began,
      attempt: attempt.number,
      ...(attempt.handle !== undefined && { handle: attempt.handle }),
    }),
  };
}

function renderTable(groups: readonly (readonly Seen[])[]): string {
  if (groups.length === 0) return 'no jobs';
  const head = ['ID', 'STATE', 'EXIT', 'SUBMITTED', 'TARGET', 'NAME'];
  return renderRows([
    head,
    ...groups.map((group) => (group.length > 1 ? many(group) : one(group))),
  ]);
}

function one([seen]: readonly Seen[]): string[] {
  if (seen === undefined) return [];
  const { record, status, attempt } = seen;
  const { description, sweep } = record;
  return [
    record.id,
    status.state,
    status.exitStatus === undefined ? '-' : String(status.exitStatus),
    time(attempt?.began ?? record.created),
    attempt === undefined ? '-' : targetName(attempt.target),
    sweep === undefined ? description.name : `${description.name} (${sweep.value})`,
  ];
}

/** A sweep as a whole. */
function many(group: readonly Seen[]): string[] {
  const targets = new Set(
    group.flatMap(({ attempt }) => (attempt === undefined ? [] : [targetName(attempt.target)])),
  );
  const [first] = group;
  const name = first?.record.description.name ?? '';
  return [
    first?.record.sweep?.id ?? '',
    group.every(({ status }) => isOver(status)) ? 'over' : 'open',
    '-',
    time(first?.record.created ?? 0),
    [...targets].join(',') || '-',
    `${name} (${group.length} jobs: ${renderTally(tally(group))})`,
  ];
}

function time(instant: number): string {
  return new Date(instant * 1_000).toISOString().slice(0, 16);
}

function unanswered(seen: readonly Seen[]): ReadonlySet<string> {
  const unknown = seen.filter(({ status }) => status.state === 'unknown');
  return new Set(unknown.flatMap(({ status }) => status.reason ?? []));
}
