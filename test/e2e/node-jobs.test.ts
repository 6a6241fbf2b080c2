import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { readCredentials } from '../../src/grid/arc/credentials.ts';
import { arcTarget } from '../../src/grid/arc/target.ts';
import { gridEngineTarget } from '../../src/grid/gridengine/target.ts';
import { slurmTarget } from '../../src/grid/slurm/target.ts';
import type { MarkedTarget } from '../../src/grid/target.ts';
import { localHost } from '../../src/host/local.ts';
import { localMachine } from '../../src/host/local-machine.ts';
import { sshMachine } from '../../src/host/ssh/machine.ts';
import { jobProvider } from '../../src/provider/job-provider.ts';
import type { Provider } from '../../src/provider/provider.ts';
import { sshProvider } from '../../src/provider/ssh.ts';
import { startArcCe } from '../kit/arc-ce.ts';
import { adasMachine, startGridEngine } from '../kit/gridengine.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { type ProviderLab, providerContract } from '../kit/provider-contract.ts';
import { startSlurm } from '../kit/slurm.ts';
import { startSshd } from '../kit/sshd.ts';

// Nodes that are jobs of real systems, or guests of a machine behind a real sshd: guests from the recipe for nodes, which
// join nothing.

const SETTINGS = 'node=n\nhost=node\ndaemon=none\nvpn=none\nreport=\n';
const files = new Map([['settings', { contents: SETTINGS, secret: false }]]);
const memory = 96 * 2 ** 20;

interface Lab extends ProviderLab {
  stop(): Promise<void>;
}

let work = '';
let image = '';
beforeAll(() => {
  work = mkdtempSync(join(inject('installed').directory, 'nodes-'));
  chmodSync(work, 0o755);
  image = buildNodeImage(work);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const now = (): number => Date.now() / 1_000;

const LABS: Readonly<Record<string, () => Promise<Lab>>> = {
  ssh: sshLab,
  slurm: slurmLab,
  gridengine: gridEngineLab,
  arc: arcLab,
};

describe.each(Object.entries(LABS))('%s', (_kind, open) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await open();
  });
  afterAll(async () => {
    await lab?.provider.close();
    await lab?.stop();
  });
  providerContract(() => lab);
});

function jobLab(
  name: string,
  open: () => MarkedTarget,
  places: readonly string[],
  stop: () => Promise<void>,
): Lab {
  const directory = join(work, name);
  const reopen = (): Provider =>
    jobProvider({
      ...{ name, target: open(), directory, memory, now },
      ...{ image: { kind: 'site', path: image }, wallTime: 600 },
    });
  const target = open();
  return {
    ...{ provider: reopen(), reopen, files, places: [...places, directory] },
    kill: (id) => target.kill(id),
    log: () => lastWords(join(directory, 'ended')),
    stop: async () => {
      await target.close();
      await stop();
    },
  };
}

function lastWords(directory: string): string {
  if (!existsSync(directory)) return '';
  return readdirSync(directory)
    .map((name) => `${name}: ${readFileSync(join(directory, name), 'utf8')}`)
    .join('\n');
}

async function slurmLab(): Promise<Lab> {
  const slurm = await startSlurm();
  const base = join(work, 'slurm-jobs');
  const machine = localMachine(slurm.host, base);
  return jobLab('slurm', () => slurmTarget({ machine, base, deadline: 30 }), [], slurm.stop);
}

async function gridEngineLab(): Promise<Lab> {
  const engine = await startGridEngine({ slots: 4 });
  const open = () =>
    gridEngineTarget({
      machine: adasMachine(engine),
      base: engine.directory,
      deadline: 60,
      names: { memory: 'none' },
      variables: [],
      now,
    });
  return jobLab('gridengine', open, [], engine.stop);
}

async function arcLab(): Promise<Lab> {
  const ce = await startArcCe();
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities }, now());
  const open = () => arcTarget({ endpoint: new URL(ce.url), credentials, deadline: 60 });
  return jobLab('arc', open, [ce.directory], ce.stop);
}

async function sshLab(): Promise<Lab> {
  const sshd = await startSshd();
  const directory = join(work, 'ssh-nodes');
  mkdirSync(directory, { mode: 0o700 });
  const reopen = (): Provider =>
    sshProvider({
      name: 'ssh',
      machines: [
        sshMachine({
          destination: sshd.destination,
          caller: { user: userInfo().username, home: sshd.home, accountHome: userInfo().homedir },
          deadline: 20,
          local: localHost,
        }),
      ],
      ...{ directory, temporary: tmpdir(), most: 3, memory, now },
      image: { kind: 'site', path: image },
    });
  return {
    ...{ provider: reopen(), reopen, files, places: [directory], stop: sshd.stop },
    kill: (id) => {
      const claim = join(directory, id.split('@')[0] ?? '', 'claim');
      process.kill(-Number(readFileSync(claim, 'utf8').split(' ')[0]), 'SIGKILL');
    },
    log: () => lastWords(join(directory, '.ended')),
  };
}
