import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { JobDescription } from '../../src/grid/description.ts';
import { planSandbox, stageJob } from '../../src/grid/sandbox.ts';
import { PEOPLE, run, workDirectory } from '../kit/guest-run.ts';
import { jobDescription } from '../kit/job.ts';

const AWKWARD = [
  '',
  ' two  blanks ',
  `it's "quoted"`,
  '$HOME `id` $(id)',
  'a\nb\\n',
  '(*',
  'ž 日本',
  '%s',
  '-n',
  '*',
];
const SHOW = `printf '<%s>' "$@"; printf '<%s>' "$SAID"; cat; cat in/data >out.txt; exit 7`;

describe.each(PEOPLE)('a job of a grid, as %s,', (as) => {
  const work = workDirectory();
  let count = 0;

  /** Stages a job, and runs its wrapper as a batch system might. */
  async function job(
    changes: Partial<JobDescription>,
    { shell = ['dash'], env = {}, onSpawn }: RunWish = {},
  ) {
    const directory = join(work.path, `job ${++count} (*`);
    mkdirSync(directory, { mode: 0o777 });
    const description = jobDescription({
      image: { kind: 'site', path: inject('installed').image },
      ...changes,
    });
    await stageJob(description, await planSandbox(description), { mark: 'm', directory });
    await run(['chmod', '-R', 'a+rwX', directory]);
    const settings = Object.entries({ TMPDIR: work.path, ...env });
    const words = settings.map(([name, value]) => `${name}=${value}`);
    const argv = ['env', '-i', ...words, ...shell, './apppot-job.sh'];
    const done = await run(argv, { as, cwd: directory, ...(onSpawn && { onSpawn }) });
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    return { ...done, stdout: done.stdout.toString(), directory, read };
  }

  it.for([
    [['dash'], { APPPOT_SLIRP: '/usr/bin/slirp-fullbolt' }],
    [['busybox', 'sh'], { APPPOT_CONFINE: 'none' }],
    [['bash', '--posix'], {}],
  ] as const)('gets its words unchanged, and gives its status back: %s', async ([shell, env]) => {
    const data = join(work.path, 'data');
    writeFileSync(data, 'input\n');
    const done = await job(
      {
        command: ['sh', '-c', SHOW, 'sh', ...AWKWARD],
        environment: { SAID: AWKWARD.join('|') },
        inputs: [{ name: 'in/data', source: { kind: 'file', path: data } }],
        stdin: 'in/data',
      },
      { shell, env },
    );
    expect(done).toMatchObject({
      status: 7,
      stderr: '',
      stdout: `${[...AWKWARD, AWKWARD.join('|')].map((word) => `<${word}>`).join('')}input\n`,
    });
    expect(done.read('out.txt')).toBe('input\n');
    expect(await leftovers(work.path)).toEqual([]);
  });

  it.for([
    ['the wrapper', '', {}],
    ['the wrapper, unconfined', '', { APPPOT_CONFINE: 'none' }],
    ['its parent', '"$@" & wait', {}],
    ['its whole process group', 'exec "$@"', {}],
  ] as const)('leaves nothing when %s is killed', async ([, parent, env]) => {
    const shell = parent === '' ? ['dash'] : ['setsid', 'sh', '-c', parent, 'sh', 'dash'];
    const forever = ['sh', '-c', 'echo up; while :; do sleep 1; done'];
    await job(
      { command: forever },
      {
        shell,
        env,
        onSpawn: parent.startsWith('exec') ? killGroupWhenItSpeaks : killWhenItSpeaks,
      },
    );
    expect(await leftovers(work.path)).toEqual([]);
  });

  it('keeps what the guest changed when its time is up', async () => {
    const change = 'echo new >~/made; echo up; while :; do sleep 1; done';
    const first = await job({
      image: { kind: 'site', path: inject('installed').develop },
      command: ['sh', '-c', change],
      resources: { memory: 256 * 2 ** 20, count: 1, wallTime: 8 },
      saveChanges: 'kept.changes.tar.gz',
    });
    expect(first).toMatchObject({ status: 124, stdout: 'up\n' });
    const second = await job({
      image: { kind: 'site', path: inject('installed').develop },
      changes: join(first.directory, 'kept.changes.tar.gz'),
      command: ['sh', '-c', 'cat ~/made'],
    });
    expect(second).toMatchObject({ status: 0, stdout: 'new\n', stderr: '' });
  });

  it('says so when the image cannot keep changes', async () => {
    expect(await job({ saveChanges: 'kept.changes.tar.gz' })).toMatchObject({
      status: 125,
      stderr:
        'apppot: Cannot keep what the guest changed: the image has no /usr/local/bin/apppot-snap: No such file or directory\n',
    });
  });
});

interface RunWish {
  readonly shell?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onSpawn?: (child: ChildProcess) => void;
}

function killWhenItSpeaks(child: ChildProcess): void {
  child.stdout?.once('data', () => child.kill('SIGKILL'));
}

function killGroupWhenItSpeaks(child: ChildProcess): void {
  child.stdout?.once('data', () => process.kill(-(child.pid ?? 0), 'SIGKILL'));
}

/** What guests left in a directory, in shared memory and among the processes; waits for what is just ending. */
async function leftovers(directory: string): Promise<string[]> {
  const list = async (): Promise<string[]> => {
    const shared = readdirSync('/dev/shm').map((name) => `/dev/shm/${name}`);
    const mine = readdirSync(directory).filter((name) => name.startsWith('apppot-'));
    const named = await run([
      'sh',
      '-c',
      `ps -eo args | grep -F ${directory} | grep -v grep; true`,
    ]);
    return [
      ...shared.filter((path) => path.includes('apppot')),
      ...mine,
      ...named.stdout.toString().split('\n').filter(Boolean),
    ];
  };
  let found = await list();
  for (let tries = 0; tries < 200 && found.length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    found = await list();
  }
  return found;
}
