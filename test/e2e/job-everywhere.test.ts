import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local.ts';
import { startArcCe } from '../kit/arc-ce.ts';
import { startGridEngine } from '../kit/gridengine.ts';
import { workDirectory } from '../kit/guest-run.ts';
import { startWebServer } from '../kit/http-server.ts';
import { startSlurm } from '../kit/slurm.ts';
import { startSshd } from '../kit/sshd.ts';
import { until } from '../kit/until.ts';

const AWKWARD = [
  '',
  ' two  blanks ',
  `it's "quoted"`,
  '$HOME `id` $(id)',
  'a\nb\\n',
  '(*',
  '*)',
  'ž 日本',
  '%s',
  '-n',
  '*',
];
const SHOW = `printf '<%s>' "$@"; printf '<%s>' "$SAID"; cat "in put/a (1)"; mkdir -p results/deep
cp "in put/a (1)" results/deep/copy; echo said >&2; exit 7`;

/** Of a sweep: the second one fails. */
const TASK = 'cat "$1.txt"; printf "%s\\n" "$2"; [ "$1" != 2 ] || exit 9';

const work = workDirectory();

/** Where the installed program is used, and what it is told about its target. */
interface Place {
  readonly host: Host;
  readonly to: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const isRoot = process.getuid?.() === 0;
const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  local: async () => ({
    host: localHost,
    to: 'local',
    env: { HOME: work.path },
    stop: async () => undefined,
  }),
  arc: () => arc((url) => url),
  'arc-cli': () => arc((url) => `arc-cli:${url}`),
  ...(isRoot && { slurm, 'slurm via ssh': slurmOverSsh, gridengine: gridEngine }),
};

describe.each(Object.entries(PLACES))('%s', (kind, open) => {
  let place: Place | undefined;
  let directory: string;
  beforeAll(async () => {
    place = await open();
    directory = mkdtempSync(join(work.path, `${kind.replaceAll(' ', '-')}-`));
    chmodSync(directory, 0o777);
  });
  afterAll(() => place?.stop());

  /** Runs `apppot` there, and keeps its status. */
  async function apppot(...words: readonly string[]) {
    const { host, env } = place as Place;
    const { bin } = inject('installed');
    const all = { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, ...env };
    const settings = Object.entries(all).map(([name, value]) => `${name}=${value}`);
    const { stdout, stderr } = await host.run([
      ...['env', ...settings, 'sh', '-c', 'cd "$1" && shift && "$@"; echo "status $?" >&2', 'sh'],
      ...[directory, 'apppot', ...words],
    ]);
    const [, said = '', status] = /^(.*)\bstatus (\d+)$/s.exec(stderr) ?? [];
    return { status: Number(status), stdout, stderr: said.trim() };
  }

  it('runs the same job file with the same results', async () => {
    writeJob(directory);
    const { to } = place as Place;
    const done = await apppot('submit', 'job.yaml', '--to', to, '--wait');
    expect(done).toMatchObject({ status: 7, stderr: '' });
    const id = done.stdout.trim();
    const shown = [...AWKWARD, AWKWARD.join('|')].map((word) => `<${word}>`).join('');
    expect((await apppot('job', 'cat', id)).stdout).toBe(`${shown}input`);
    expect((await apppot('job', 'cat', id, '--stderr')).stdout).toBe('said');
    expect(await apppot('job', 'fetch', id, '-o', 'got')).toMatchObject({ status: 0 });
    expect(readFileSync(join(directory, 'got/results/deep/copy'), 'utf8')).toBe('input\n');
    const { stdout } = await apppot('job', 'show', id, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'every "where" $HOME (*',
      state: 'failed',
      status: { exitStatus: 7 },
    });
    expect(await apppot('job', 'clean', id)).toMatchObject({ status: 0 });
  });

  it('runs a sweep with an input from an address, and says which of its jobs failed', async () => {
    const { host, to } = place as Place;
    const web = await startWebServer(host);
    writeFileSync(join(directory, 'tasks'), "1 it's $HOME\n2 (*\n3 `id`\n");
    const wishes = ['--image', inject('installed').image, '--mem', '64M', '--at-once', '2'];
    const files = ['--input', `${web.url}/{1}.txt`, '--each', 'tasks', '--wait'];
    const words = ['--to', to, ...wishes, ...files, '--', 'sh', '-c', TASK, 'sh', '{1}', '{}'];
    const done = await apppot('submit', ...words);
    await web.stop();
    const [sweep = '', ...report] = done.stdout.trim().split('\n');
    expect({ ...done, stdout: report }).toEqual({
      ...{ status: 3, stderr: '' },
      stdout: ['3 jobs: 2 finished, 1 failed', `${sweep}.2  failed  9  2 (*`],
    });
    expect((await apppot('job', 'cat', sweep)).stdout).toBe(
      ["1 it's $HOME", '2 (*', '3 `id`']
        .map((all, n) => `from afar: /${n + 1}.txt\n${all}\n`)
        .join('')
        .trim(),
    );
    const more = ['--to', to, ...wishes, '--array', '2', '--wait', '--', 'test', '{}'];
    expect((await apppot('submit', ...more)).stdout).toMatch(/\n2 jobs: 2 finished$/);
  }, 240_000);

  // doctor-site.test.ts looks closer at the other two.
  it.runIf(kind !== 'local' && kind !== 'arc')(
    'says whether guests can run there',
    async () => {
      const { image } = inject('installed');
      const before = (await apppot('jobs')).stdout;
      const site = ['doctor', '--site', (place as Place).to, '--image', image, '--mem', '64M'];
      const { status, stdout, stderr } = await apppot(...site, '--json');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { usable, lines } = JSON.parse(stdout);
      expect(usable).toBe(true);
      const ids = ['ptrace', 'memory-shared', 'exec', 'quota', 'kernel', 'image', 'image-boot'];
      for (const id of ids)
        expect(lines).toContainEqual(expect.objectContaining({ id, verdict: 'ok' }));
      expect((await apppot('jobs')).stdout).toBe(before);
    },
    240_000,
  );

  it('ends the guest of a job that is killed', async () => {
    const { image } = inject('installed');
    const memory = 130 + Object.keys(PLACES).indexOf(kind);
    const sleep = ['--', 'sh', '-c', 'echo up; sleep 900'];
    const wishes = ['--image', image, '--mem', `${memory}M`, '--to', (place as Place).to];
    const id = (await apppot('submit', ...wishes, ...sleep)).stdout.trim();
    await until('the guest is up', async () => (await apppot('job', 'cat', id)).stdout === 'up');
    expect(guestsWith(memory)).not.toBe(0);
    expect(await apppot('job', 'kill', id)).toMatchObject({ status: 0 });
    await until('the guest is gone', () => guestsWith(memory) === 0);
    expect(await apppot('job', 'wait', id)).toMatchObject({ status: 143 });
  }, 240_000);
});

function writeJob(directory: string): void {
  mkdirSync(join(directory, 'in put'));
  writeFileSync(join(directory, 'in put/a (1)'), 'input\n');
  const { image } = inject('installed');
  // JSON is YAML.
  const job = {
    name: 'every "where" $HOME (*',
    image,
    command: ['sh', '-c', SHOW, 'sh', ...AWKWARD],
    env: { SAID: AWKWARD.join('|') },
    input: ['in put/'],
    output: ['results/'],
    mem: '128M',
    'wall-time': '10m',
  };
  writeFileSync(join(directory, 'job.yaml'), JSON.stringify(job));
}

/** Processes of guests with so much memory, wherever they are. */
function guestsWith(memory: number): number {
  const lines = readdirSync('/proc').map((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1');
    } catch {
      return '';
    }
  });
  return lines.filter((line) => line.includes(`\0mem=${memory}M\0`)).length;
}

async function arc(toTarget: (url: string) => string): Promise<Place> {
  const ce = await startArcCe();
  const env = {
    HOME: work.path,
    X509_USER_PROXY: await ce.proxy(),
    X509_CERT_DIR: ce.authorities,
  };
  return { host: localHost, to: toTarget(ce.url), env, stop: ce.stop };
}

async function slurm(): Promise<Place> {
  const { host, configuration, stop } = await startSlurm();
  return { host, to: 'slurm', env: { HOME: work.path, SLURM_CONF: configuration }, stop };
}

async function slurmOverSsh(): Promise<Place> {
  const slurm = await startSlurm();
  const sshd = await startSshd({ SLURM_CONF: slurm.configuration });
  const stop = async (): Promise<void> => {
    await sshd.stop();
    await slurm.stop();
  };
  const env = { HOME: sshd.home };
  return { host: localHost, to: `slurm via ${sshd.destination}`, env, stop };
}

async function gridEngine(): Promise<Place> {
  const { user, stop } = await startGridEngine();
  return { host: user, to: 'gridengine', env: {}, stop };
}
