import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCredentials } from '../../../src/grid/arc/credentials.ts';
import { arcTarget } from '../../../src/grid/arc/target.ts';
import { arcCliTarget } from '../../../src/grid/arc-cli/target.ts';
import { gridEngineTarget } from '../../../src/grid/gridengine/target.ts';
import { ownProcesses } from '../../../src/grid/local/processes.ts';
import { localTarget } from '../../../src/grid/local/target.ts';
import { openTarget } from '../../../src/grid/open.ts';
import type { TargetSpec } from '../../../src/grid/records/record.ts';
import { slurmTarget } from '../../../src/grid/slurm/target.ts';
import type { Target } from '../../../src/grid/target.ts';
import { localHost } from '../../../src/host/local.ts';
import { localMachine } from '../../../src/host/local-machine.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { adasMachine, loginOfAda, startGridEngine } from '../../kit/gridengine.ts';
import { startSlurm } from '../../kit/slurm.ts';
import { type Inside, startSshd } from '../../kit/sshd.ts';
import { isOver, stagedJob, until } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

interface Lab {
  readonly target: Target;
  stop(): Promise<void>;
}

const directory = temporaryDirectory();

const LABS: Readonly<Record<string, () => Promise<Lab>>> = {
  arc: arcLab,
  'arc-cli': arcCliLab,
  local: localLab,
  'local via ssh': () => overSsh({ kind: 'local' }),
  'arc via ssh': arcOverSsh,
  'arc-cli via ssh': arcCliOverSsh,
  ...(process.getuid?.() === 0
    ? {
        slurm: slurmLab,
        'slurm via ssh': slurmOverSsh,
        gridengine: gridEngineLab,
        'gridengine via ssh': gridEngineOverSsh,
      }
    : {}),
};

describe.each(Object.entries(LABS))('%s', (_kind, open) => {
  let lab: Lab | undefined;
  let target: Target;
  beforeAll(async () => {
    lab = await open();
    target = lab.target;
  });
  afterAll(async () => {
    await target?.close();
    await lab?.stop();
  });
  const fetched = async (id: string, name: string): Promise<string> => {
    const to = join(directory.path, `fetched-${name.replaceAll('/', '-')}`);
    await target.fetch(id, name, to);
    return readFileSync(to, 'utf8');
  };

  it('says how busy it is, as far as it knows', async () => {
    const { free = 1, waiting = 0 } = await target.load();
    expect([free, waiting].every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
  });

  it('runs a job with its files, and keeps its status and what it wrote', async () => {
    const script =
      'cat "in/a file.txt"; echo "$APPPOT_MARK" >&2; mkdir -p out; cp in/* out/; exit 7';
    const outputs = [{ name: 'out/' }];
    const job = stagedJob(directory.path, script, { outputs }, { 'in/a file.txt': 'ä $HOME\n' });
    const id = await target.submit(job);
    const status = await until(target, id, isOver);
    expect(status).toMatchObject({ state: 'failed', exitStatus: 7 });
    expect(await fetched(id, 'out.txt')).toBe('ä $HOME\n');
    expect(await fetched(id, 'err.txt')).toBe(`${job.mark}\n`);
    expect(await target.list(id, 'out')).toEqual([{ name: 'out/a file.txt', isDirectory: false }]);
    expect(await fetched(id, 'out/a file.txt')).toBe('ä $HOME\n');
  });

  it('says that a job with status 0 has finished', async () => {
    const id = await target.submit(stagedJob(directory.path, 'true'));
    expect(await until(target, id, isOver)).toMatchObject({ state: 'finished', exitStatus: 0 });
  });

  it('takes a job of several cores, with all that it asks for', async () => {
    const resources = { memory: 2 ** 26, count: 2, wallTime: 600, cpuTime: 600, disk: 2 ** 20 };
    const id = await target.submit(stagedJob(directory.path, 'true', { resources }));
    expect(await until(target, id, isOver)).toMatchObject({ state: 'finished' });
  });

  it('keeps both streams in one file when they have one name', async () => {
    const streams = { stdout: 'all.txt', stderr: 'all.txt' };
    const id = await target.submit(stagedJob(directory.path, 'echo one; echo two >&2', streams));
    await until(target, id, isOver);
    expect(await fetched(id, 'all.txt')).toBe('one\ntwo\n');
  });

  it('finds a job by its mark, and only that', async () => {
    const jobs = [stagedJob(directory.path, 'true'), stagedJob(directory.path, 'true')];
    const ids = await Promise.all(jobs.map((job) => target.submit(job)));
    expect(await Promise.all(jobs.map(({ mark }) => target.find(mark)))).toEqual(
      ids.map((id) => [id]),
    );
    expect(await target.find('apppot-test-nosuch')).toEqual([]);
  });

  it('resumes a submission that was whole without running it twice', async () => {
    const job = stagedJob(directory.path, 'echo once');
    const id = await target.submit(job);
    await target.resume(id, job);
    await until(target, id, isOver);
    await target.resume(id, job).catch(() => undefined);
    expect(await until(target, id, isOver)).toMatchObject({ state: 'finished' });
    expect(await fetched(id, 'out.txt')).toBe('once\n');
  });

  it('kills a running job, and says so', async () => {
    const script = 'trap "echo asked; exit 9" TERM; echo started; sleep 600 & wait';
    const id = await target.submit(stagedJob(directory.path, script));
    await until(target, id, ({ state }) => state === 'running');
    await target.kill(id);
    expect(await until(target, id, isOver)).toMatchObject({ state: 'killed' });
  });

  it('has no file that the job did not write, and leaves none', async () => {
    const id = await target.submit(stagedJob(directory.path, 'true', { outputs: [{ name: 'x' }] }));
    await until(target, id, isOver);
    const to = join(directory.path, 'absent');
    await expect(target.fetch(id, 'x', to)).rejects.toMatchObject({ code: 'OUTPUT_MISSING' });
    expect(existsSync(to)).toBe(false);
    expect(await target.list(id, 'nosuch')).toEqual([]);
  });

  it('forgets a job', async () => {
    const job = stagedJob(directory.path, 'true');
    const id = await target.submit(job);
    await until(target, id, isOver);
    await target.clean(id);
    expect(await until(target, id, ({ state }) => state === 'gone')).toEqual({ state: 'gone' });
    expect(await target.find(job.mark)).toEqual([]);
  });

  it('knows nothing of a job that never was', async () => {
    expect(await target.status(['nosuch'])).toEqual(new Map([['nosuch', { state: 'gone' }]]));
    expect(await target.status([])).toEqual(new Map());
  });
});

async function arcLab(): Promise<Lab> {
  const ce: ArcCe = await startArcCe();
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities }, Date.now() / 1_000);
  const target = arcTarget({ endpoint: new URL(ce.url), credentials, deadline: 20 });
  return { target, stop: ce.stop };
}

async function arcCliLab(): Promise<Lab> {
  const ce: ArcCe = await startArcCe();
  const base = join(directory.path, 'client');
  const environment = {
    HOME: base,
    X509_USER_PROXY: await ce.proxy(),
    X509_CERT_DIR: ce.authorities,
  };
  const machine = localMachine(localHost, base);
  const common = { machine, base, environment, deadline: 60 };
  const target = arcCliTarget({ ...common, url: ce.url, protocol: 'arcrest' });
  return { target, stop: ce.stop };
}

/** Its daemons want to be root. */
async function slurmLab(): Promise<Lab> {
  const slurm = await startSlurm();
  const base = directory.path;
  return {
    target: slurmTarget({ machine: localMachine(slurm.host, base), base, deadline: 30 }),
    stop: slurm.stop,
  };
}

async function gridEngineLab(): Promise<Lab> {
  const engine = await startGridEngine();
  const target = gridEngineTarget({
    machine: adasMachine(engine),
    base: engine.directory,
    deadline: 60,
    names: {},
    variables: [],
    now: () => Date.now() / 1_000,
  });
  return { target, stop: engine.stop };
}

async function localLab(): Promise<Lab> {
  const base = directory.path;
  const machine = localMachine(localHost, base);
  const processes = ownProcesses({ PATH: '/usr/bin:/bin' });
  const target = localTarget({ machine, processes, base, grace: 5 });
  return { target, stop: async () => undefined };
}

/** As users have it: the very words of a target and of a machine. */
async function overSsh(
  spec: TargetSpec,
  env: Readonly<Record<string, string>> = {},
  lab?: { readonly stop: () => Promise<void> },
  inside?: Inside,
): Promise<Lab> {
  const sshd = await startSshd(env, inside);
  const target = openTarget(
    { ...spec, via: sshd.destination },
    {
      now: () => Date.now() / 1_000,
      credentials: {},
      base: '/nowhere',
      host: localHost,
      environment: {},
      caller: { user: 'nobody', home: sshd.home, accountHome: userInfo().homedir },
    },
  );
  const stop = async (): Promise<void> => {
    await sshd.stop();
    await lab?.stop();
  };
  return { target, stop };
}

async function arcOverSsh(): Promise<Lab> {
  const ce = await startArcCe();
  const { url, certificate, key, authorities } = ce;
  return overSsh({ kind: 'arc', url, credentials: { certificate, key, authorities } }, {}, ce);
}

async function slurmOverSsh(): Promise<Lab> {
  const slurm = await startSlurm();
  return overSsh({ kind: 'slurm' }, { SLURM_CONF: slurm.configuration }, slurm);
}

async function gridEngineOverSsh(): Promise<Lab> {
  const engine = await startGridEngine();
  return overSsh({ kind: 'gridengine' }, {}, engine, loginOfAda(engine));
}

async function arcCliOverSsh(): Promise<Lab> {
  const ce = await startArcCe();
  const spec = { kind: 'arc-cli', url: ce.url, protocol: 'arcrest', credentials: {} } as const;
  const env = { X509_USER_PROXY: await ce.proxy(), X509_CERT_DIR: ce.authorities };
  return overSsh(spec, env, ce);
}
