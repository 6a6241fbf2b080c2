/**
 * ARC by its command line, for services that its REST interface does not reach. It wants a proxy.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Seconds } from '../../base/clock.ts';
import { writeAtomically } from '../../host/atomic.ts';
import type { Machine } from '../../host/machine.ts';
import { arcRequest } from '../arc-request.ts';
import { GridError } from '../errors.ts';
import { outputMissing, writeAll } from '../output.ts';
import { jobsBase } from '../shared/base.ts';
import { markOf, numberOf } from '../shared/handle.ts';
import { place } from '../shared/place.ts';
import type { JobStatus, StagedJob, Target } from '../target.ts';
import { travellingFiles } from '../travelling.ts';
import { toXrsl } from '../xrsl/convert.ts';
import { printXrsl } from '../xrsl/print.ts';
import { parseArcls } from './arcls.ts';
import { parseArcstat } from './arcstat.ts';
import { arcClient } from './client.ts';

export interface ArcCliOptions {
  /** Where ARC's programs are. */
  readonly machine: Machine;
  /** Of jobs; default: below the user's home there. */
  readonly base?: string;
  readonly url: string;
  /** As `arcsub -T` names it: `arcrest`, `emies`, … */
  readonly protocol: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly deadline: Seconds;
}

/** What ARC's client gets. @param directory Of the job's files, on the client's machine. */
export function arcCliText(job: StagedJob, directory: string): string {
  const request = {
    ...arcRequest(job, travellingFiles(job.sandbox)),
    name: `${job.name} ${job.mark}`,
  };
  return printXrsl(toXrsl(request, { kind: 'client', sandbox: join(directory, 'job') }));
}

/** `URL@MARK`: the address is the job's, the mark names the directory from which it was sent. */
export function arcCliTarget(options: ArcCliOptions): Target {
  const { machine, url, protocol, environment, deadline } = options;
  const base = jobsBase(machine, 'arc-cli', options.base);
  const jobs = place(machine.files, base, url);
  const client = arcClient(machine, url, environment, deadline);
  const listFile = async (): Promise<readonly string[]> => ['-j', join(await base(), '.jobs.dat')];
  const session = (id: string, name: string): string =>
    [numberOf(id), ...(protocol === 'arcrest' ? ['session'] : []), name].join('/');

  /** All jobs that the service has of ours. */
  const atService = async (): Promise<readonly string[]> => {
    const file = join(await base(), `.sync-${randomBytes(6).toString('hex')}.tmp`);
    await machine.files.makeDirectory(await base());
    const said = await client.run(['arcsync', '-f', '-C', url, '-j', file]);
    await machine.files.remove(file);
    const isWhole = /^Total number of new jobs found: \d+/m.test(said.text);
    if (!isWhole || /^ERROR/m.test(said.text)) throw client.fault('ask', said);
    return said.text.split('\n').filter((line) => /^[a-z]+:\/\/\S+$/.test(line));
  };
  const isMarked = async (address: string, mark: string): Promise<boolean> => {
    const file = join(await base(), `.description-${randomBytes(6).toString('hex')}.tmp`);
    const from = `${address}/diagnose/description`;
    const said = await client.run(['arccp', '-R', '1', from, file]);
    const text = await machine.files.readText(file);
    await machine.files.remove(file);
    if (text === undefined && !isAbsent(said.text)) throw client.fault('ask', said);
    return text?.includes(mark) === true;
  };

  return {
    kind: 'arc-cli',
    name: url,
    load: async () => {
      await atService();
      return {};
    },
    submit: async (job) => {
      const file = await jobs.prepare(job, (directory) => arcCliText(job, directory));
      const directory = await jobs.directory(job.mark);
      const how = ['-d', 'INFO', '-C', url, '-T', protocol, '-Q', 'NONE', ...(await listFile())];
      const said = await client.run(['arcsub', ...how, '-f', file], directory);
      const address = /^Job submitted with jobid: (?<address>\S+)/m.exec(said.text)?.groups
        ?.address;
      if (address === undefined) throw client.fault('submit to', said);
      await jobs.write(job.mark, 'address', address);
      return `${address}@${job.mark}`;
    },
    find: async (mark) => {
      const known = await jobs.note(mark, 'address');
      if (known !== undefined) return [`${known}@${mark}`];
      if (protocol !== 'arcrest') throw unfindable(url, mark);
      const found: string[] = [];
      for (const address of await atService()) {
        if (await isMarked(address, mark)) found.push(`${address}@${mark}`);
      }
      return found;
    },
    resume: async (id) => {
      const known = await jobs.note(markOf(id), 'address');
      if (known === undefined)
        await client.run(['arcsync', '-f', '-C', url, ...(await listFile())]);
    },
    status: async (ids) => {
      const marks = new Set(ids.length === 0 ? [] : await jobs.marks());
      const here = ids.filter((id) => marks.has(markOf(id)));
      const words = ['arcstat', '-J', '-l', ...(await listFile()), ...here.map(numberOf)];
      const told = here.length === 0 ? new Map() : parseArcstat((await client.run(words)).text);
      const all = here.every((id) => told.has(numberOf(id)));
      const left = all ? undefined : await atService().catch(() => undefined);
      return new Map(
        ids.map((id): [string, JobStatus] => {
          if (!marks.has(markOf(id))) return [id, { state: 'gone' }];
          const isThere = left?.includes(numberOf(id)) ?? true;
          return [id, told.get(numberOf(id)) ?? { state: isThere ? 'unknown' : 'gone' }];
        }),
      );
    },
    kill: async (id) => {
      const said = await client.run(['arckill', '-k', ...(await listFile()), numberOf(id)]);
      if (!/successfully killed: 1|Jobs processed: 0/.test(said.text))
        throw client.fault('end a job at', said);
    },
    list: async (id, directory) => {
      const said = await client.run(['arcls', '-l', session(id, `${directory}/`)]);
      if (said.status !== 0 && !isAbsent(said.text))
        throw client.fault('list a directory at', said);
      return parseArcls(said.text, directory);
    },
    fetch: async (id, name, to) => {
      const file = join(await jobs.directory(markOf(id)), `.${randomBytes(6).toString('hex')}.tmp`);
      const said = await client.run(['arccp', '-R', '1', session(id, name), file]);
      try {
        const body = said.status === 0 ? await machine.files.read(file) : undefined;
        if (body !== undefined) await writeAtomically(to, (local) => writeAll(local, body));
        else if (isAbsent(said.text)) throw outputMissing(name, url);
        else throw client.fault('fetch from', said);
      } finally {
        await machine.files.remove(file);
      }
    },
    clean: async (id) => {
      const said = await client.run(['arcclean', ...(await listFile()), numberOf(id)]);
      if (!/deleted: 1/.test(said.text)) throw client.fault('forget a job at', said);
      await jobs.remove(markOf(id));
    },
    close: () => machine.close(),
  };
}

function isAbsent(text: string): boolean {
  return /404 - Not found|No such file|Can't process WebDAV response/.test(text);
}

function unfindable(url: string, mark: string): GridError {
  return new GridError(
    `Cannot find the job "${mark}" at "${url}": ARC's client does not tell jobs apart over this protocol`,
    { kind: 'remote', code: 'TARGET_UNREACHABLE', hint: 'Look for it with arcsync and arcstat.' },
  );
}
