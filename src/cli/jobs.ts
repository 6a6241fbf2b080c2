import { Command } from 'commander';
import type { Seen } from '../grid/look.ts';
import { targetName } from '../grid/spec.ts';
import type { Deps } from './deps.ts';
import { atDesk } from './grid-desk.ts';

/** `apppot jobs` */
export function jobsCommand(deps: Deps): Command {
  return new Command('jobs')
    .description('list submitted jobs, and how they are')
    .option('--json', 'print the jobs as JSON')
    .action(async ({ json }: { readonly json?: boolean }) =>
      atDesk(deps, async (desk) => {
        const seen = await desk.look(await desk.store.all());
        deps.output(json).result({ jobs: seen.map(jobView) }, renderTable(seen));
        for (const reason of unanswered(seen)) deps.output().warn(reason);
      }),
    );
}

/** What `--json` says of a job. */
export function jobView({ record, status, attempt }: Seen) {
  const { id, created, description } = record;
  return {
    ...{ id, name: description.name, state: status.state, status, created },
    command: description.command,
    ...(attempt && {
      target: targetName(attempt.target),
      submitted: attempt.began,
      attempt: attempt.number,
      ...(attempt.handle !== undefined && { handle: attempt.handle }),
    }),
  };
}

function renderTable(seen: readonly Seen[]): string {
  if (seen.length === 0) return 'no jobs';
  const rows = [
    ['ID', 'STATE', 'EXIT', 'SUBMITTED', 'TARGET', 'NAME'],
    ...seen.map(({ record, status, attempt }) => [
      record.id,
      status.state,
      status.exitStatus === undefined ? '-' : String(status.exitStatus),
      new Date((attempt?.began ?? record.created) * 1_000).toISOString().slice(0, 16),
      attempt === undefined ? '-' : targetName(attempt.target),
      record.description.name,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function unanswered(seen: readonly Seen[]): ReadonlySet<string> {
  const unknown = seen.filter(({ status }) => status.state === 'unknown');
  return new Set(unknown.flatMap(({ status }) => status.reason ?? []));
}
