import { Command } from 'commander';
import type { JobRecord } from '../grid/records/record.ts';
import type { Deps } from './deps.ts';
import { atDesk, type GridDesk } from './grid-desk.ts';
import { cat } from './job-cat.ts';
import { clean, kill, retry } from './job-end.ts';
import { fetchAll, fetchJob } from './job-fetch.ts';
import { showJob, showSweep } from './job-show.ts';
import { waitForJob } from './job-wait.ts';
import { waitForSweep } from './sweep.ts';

/** `apppot job …` */
export function jobCommand(deps: Deps): Command {
  const job = new Command('job').description('look at, fetch or end a job, or all of a sweep');
  const verb = (name: string, description: string): Command =>
    job
      .command(name)
      .description(description)
      .argument('<job>', 'its id, or how that begins; SWEEP.NUMBER is one of a sweep');
  verb('show', 'say all that is known about a job')
    .option('--json', 'print it as JSON')
    .action((id: string, { json }: Json) =>
      onJobs(id, deps, ({ one, all }, desk) =>
        one ? showJob(one, deps, desk, json) : showSweep(all, deps, desk, json),
      ),
    );
  verb('wait', "wait for a job's end; the status is its command's")
    .option('--json', 'print what became of a sweep as JSON')
    .action((id: string, { json }: Json) =>
      onJobs(id, deps, ({ one, all }, desk) =>
        one ? waitForJob(one, deps, desk) : waitForSweep(all, deps, desk, json),
      ),
    );
  verb('cat', 'print what a job printed, also while it runs')
    .option('--stderr', 'its messages instead', false)
    .option('--file <name>', 'another of its files instead')
    .action((id: string, flags: { readonly stderr: boolean; readonly file?: string }) =>
      onJobs(id, deps, (asked, desk) => cat(asked, desk, flags)),
    );
  verb('fetch', 'copy what a job leaves here')
    .option('-o, --output <dir>', 'where to; default: a new directory NAME-ID')
    .action((id: string, { output }: { readonly output?: string }) =>
      onJobs(id, deps, ({ one, all }, desk) =>
        one ? fetchJob(one, deps, desk, output) : fetchAll(all, deps, desk, output),
      ),
    );
  verb('kill', 'end a job').action((id: string) =>
    onJobs(id, deps, ({ all }, desk) => kill(all, desk)),
  );
  verb('clean', 'forget a job, and remove its files from its target')
    .option('--force', 'forget it even when its target cannot be asked', false)
    .action((id: string, { force }: { readonly force: boolean }) =>
      onJobs(id, deps, ({ all }, desk) => clean(all, desk, force)),
    );
  verb('retry', 'submit a job again that has ended; of a sweep those that did not end well').action(
    (id: string) => onJobs(id, deps, ({ one, all }, desk) => retry(one, all, deps, desk)),
  );
  return job;
}

interface Json {
  readonly json?: boolean;
}

/** What a command is asked about. */
export interface Asked {
  /** Missing when it is a whole sweep. */
  readonly one: JobRecord | undefined;
  readonly all: readonly JobRecord[];
}

function onJobs(
  id: string,
  deps: Deps,
  work: (asked: Asked, desk: GridDesk) => Promise<void>,
): Promise<void> {
  return atDesk(deps, async (desk) => {
    const all = await desk.store.find(id);
    const isSweep = all[0]?.sweep !== undefined && !id.includes('.');
    await work({ one: isSweep ? undefined : all[0], all }, desk);
  });
}
