import type { Seen } from '../grid/look.ts';
import type { JobRecord } from '../grid/records/record.ts';
import { targetName } from '../grid/spec.ts';
import type { Deps } from './deps.ts';
import type { GridDesk } from './grid-desk.ts';
import { lookOnce } from './job-wait.ts';
import { jobView } from './jobs.ts';
import { renderSweep, sweepView } from './sweep-report.ts';

/** All that is known about a job. */
export async function showJob(
  record: JobRecord,
  deps: Deps,
  desk: GridDesk,
  json = false,
): Promise<void> {
  const seen = await lookOnce(record, desk);
  const lines = rowsOf(seen).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(14)} ${value}`],
  );
  deps.output(json).result({ ...jobView(seen), description: record.description }, lines.join('\n'));
}

export async function showSweep(
  records: readonly JobRecord[],
  deps: Deps,
  desk: GridDesk,
  json = false,
): Promise<void> {
  const seen = await desk.look(records);
  deps.output(json).result({ ...sweepView(seen), tasks: seen.map(jobView) }, renderSweep(seen));
}

function rowsOf({ record, status, attempt }: Seen): (readonly [string, string | undefined])[] {
  return [
    ['job', record.id],
    ['name', record.description.name],
    ['parameters', record.sweep?.value],
    ['state', status.own === undefined ? status.state : `${status.state} (${status.own})`],
    ['exit status', status.exitStatus?.toString()],
    ['reason', status.reason],
    ['queue', status.queue],
    ['wall time', status.wallTime === undefined ? undefined : `${status.wallTime} s`],
    ['target', attempt && targetName(attempt.target)],
    ['known there as', attempt?.handle],
    ['attempt', attempt?.number.toString()],
    ['submitted', time(attempt?.began)],
    ['ended', time(status.ended)],
    ['command', JSON.stringify(record.description.command)],
    ['record', record.directory],
  ];
}

function time(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant * 1_000).toISOString();
}
