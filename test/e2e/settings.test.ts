import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { PEOPLE, run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
const MINE = process.getuid?.() ?? 0;

function project(name: string, text: string): string {
  const directory = join(work.path, name);
  mkdirSync(join(directory, 'sub'), { recursive: true });
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'apppot.yaml'), text);
  return directory;
}

const own = (env: Record<string, string> = {}) => ({ as: PEOPLE[0] ?? 'user', env });

it("a guest starts as the project's file says; flag, environment and project, in this order", async () => {
  const { image } = inject('installed');
  const directory = project('all', 'start: {mem: 200M, env: {A: 1, B: 2}, jobdir: .}\n');
  const cwd = join(directory, 'sub');
  const env = { HOME: directory, APPPOT_IMAGE: image };
  const plan = (words: readonly string[], more: Record<string, string> = {}) =>
    run(['apppot-start', '--dry-run', ...words, 'true'], { cwd, ...own({ ...env, ...more }) });
  const memory = (shown: { stdout: Buffer }) =>
    /^memory +(\S+ \S+)/m.exec(shown.stdout.toString())?.[1];
  const shown = await plan([]);
  expect(memory(shown)).toBe('200 MiB');
  expect(shown.stderr).toBe(
    [
      `set: --image ${image}, by APPPOT_IMAGE`,
      `set: --mem 200M, by ${directory}/apppot.yaml`,
      `set: --jobdir ${directory}, by ${directory}/apppot.yaml`,
      `set: --env A=1 --env B=2, by ${directory}/apppot.yaml`,
      '',
    ].join('\n'),
  );
  expect(memory(await plan([], { APPPOT_MEM: '300M' }))).toBe('300 MiB');
  expect(memory(await plan(['--mem', '400M'], { APPPOT_MEM: '300M' }))).toBe('400 MiB');
  expect(memory(await plan([], { APPPOT_CONFIG: '' }))).toBe('512 MiB');

  const words = ['apppot-start', '--env', 'B=3', 'sh', '-c', 'echo $A $B; ls'];
  expect(await run(words, { cwd, ...own(env) })).toEqual({
    status: 0,
    stdout: Buffer.from('1 3\napppot.yaml\nsub\n'),
    stderr: '',
  });
});

it("the project's setting is stronger than the user's", async () => {
  const directory = project('both', 'start: {mem: 200M}\n');
  const home = join(directory, 'home');
  mkdirSync(join(home, '.config/apppot'), { recursive: true });
  const user = join(home, '.config/apppot/config.yaml');
  writeFileSync(user, 'start: {mem: 900M, timeout: 1m}\n');
  const { stdout } = await run(['apppot', 'config', 'show', '--json'], {
    cwd: directory,
    ...own({ HOME: home }),
  });
  expect(JSON.parse(stdout.toString()).settings).toEqual([
    { command: 'start', name: 'mem', value: ['200M'], from: join(directory, 'apppot.yaml') },
    { command: 'start', name: 'timeout', value: ['1m'], from: user },
  ]);
});

it.runIf(MINE === 0)("somebody else's file is named and not used", async () => {
  const directory = project('foreign', 'start: {kernel: ./evil, image: ./evil.img}\n');
  const path = join(directory, 'apppot.yaml');
  chownSync(path, 12_345, 12_345);
  const { stderr } = await run(['apppot-start', '--image', '/nosuch.img', 'true'], {
    cwd: directory,
    ...own({ HOME: directory }),
  });
  expect(stderr).toBe(
    `warning: not using "${path}": "${path}" belongs to user 12345. To use it: APPPOT_CONFIG=${path}\n` +
      'apppot-start: Cannot read the image "/nosuch.img": no such file\n' +
      '  Build one: apppot image build minimal -o apppot.img\n',
  );
});
