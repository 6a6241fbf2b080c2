import { hostname } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { type HostSlots, hostsOfJob, parseHosts } from '../cluster/hosts.ts';
import { planCluster } from '../cluster/plan.ts';
import { readGiven } from '../cluster/read.ts';
import { renderCluster } from '../cluster/render.ts';
import { runCluster } from '../cluster/run.ts';
import { relay } from '../guests/relay.ts';
import { freePort } from '../host/ports.ts';
import type { Deps } from './deps.ts';
import { helperEnvironment } from './environment.ts';
import { addGuestOptions, type GuestFlags, guestRequest, surroundings } from './guest-options.ts';
import { forwardSignals } from './signals.ts';
import { jobStreams } from './streams.ts';

interface ClusterFlags extends GuestFlags {
  readonly guests?: number;
  readonly hosts?: string;
  readonly rsh: string;
  readonly head?: string;
}

/** `apppot cluster …` */
export function clusterCommand(deps: Deps): Command {
  const cluster = new Command('cluster')
    .description('run several guests as one cluster')
    .enablePositionalOptions();
  const run = cluster
    .command('run')
    .description('start guests on a private network, run a command in the first, and end them all')
    .argument('<command...>', 'what to run, such as mpirun ./program')
    .option('-n, --guests <number>', 'how many guests; default: one for each slot', parseCount)
    .option(
      '--hosts <file>',
      "hosts, with slots; default: those of the batch system's job, or here",
    )
    .option('--rsh <program>', 'program that runs commands on other hosts', 'ssh')
    .option('--head <address>', 'by what other hosts reach this one; default: its name');
  addGuestOptions(run)
    .passThroughOptions()
    .action(async (words: string[], flags: ClusterFlags) => runGuests(words, flags, deps));
  return cluster;
}

async function runGuests(words: readonly string[], flags: ClusterFlags, deps: Deps): Promise<void> {
  const { guests, rsh, head = hostname() } = flags;
  const hosts = hostsFor(flags, deps.env);
  const plan = await planCluster(
    {
      ...(guests !== undefined && { guests }),
      ...(hosts !== undefined && { hosts }),
      own: [hostname(), hostname().split('.')[0] ?? '', 'localhost'],
      ...{ head, rsh: rsh.split(' '), port: await freePort() },
      start: {
        ...guestRequest(words, flags, deps.env),
        name: flags.id ?? `cluster.${process.pid}`,
      },
    },
    surroundings(deps.env),
  );
  if (flags.dryRun) return deps.output(flags.json).result(plan, renderCluster(plan));
  const { streams, release } = jobStreams(process);
  const signals = forwardSignals();
  try {
    const { status, timedOut } = await runCluster(plan, streams, {
      ...(flags.consoleLog === undefined ? {} : { consoleLog: flags.consoleLog }),
      onStop: signals.onStop,
      relay,
      complaints: process.stderr,
      environment: helperEnvironment(deps.env),
      helperEnvironment: helperEnvironment(deps.env),
    });
    if (timedOut) deps.output().note(`apppot: the job was ended after ${flags.timeout} s`);
    deps.setStatus(status);
  } finally {
    signals.release();
    release();
  }
}

function hostsFor({ hosts }: ClusterFlags, env: Deps['env']): readonly HostSlots[] | undefined {
  return hosts === undefined ? hostsOfJob(env, readGiven) : parseHosts(readGiven(hosts));
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('a number of guests is wanted');
}
