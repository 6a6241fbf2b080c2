import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  PEOPLE,
  type Person,
  run,
  start,
  USER_ID,
  type Way,
  workDirectory,
} from '../kit/guest-run.ts';

/**
 * Root in the guest mounts the host's root directory by hostfs, which the guest's kernel allows, and
 * tries its hands at what lies there. Each line of output says whether an attempt came through.
 */
const ATTEMPTS = `
h=/mnt/host job=$1 work=$2 image=$3 pid=$4
try() { name=$1; shift; "$@" >/dev/null 2>&1 && echo "$name: yes" || echo "$name: no"; }
at() { mkdir -p "/mnt/$1"; mount -t hostfs -o "$2" "$1" "/mnt/$1"; }
through() { at "$1" "$2" && cat "/mnt/$1$work/secret"; }
by_link() { ln -s / ~user/job/out && through link "$job/out"; }
by_hard_link() { ln $h$work/secret $h$job/stolen && cat $h$job/stolen; }
append() { test -e "$1" && echo more >>"$1"; }
cut_off() { test -e "$1" && truncate -s 0 "$1"; }
read_only() { at again "$work/ro" && touch /mnt/again/made; }
mkdir -p /mnt; mount -t tmpfs mnt /mnt; at host /
try 'read a file' cat $h$work/secret
try 'read it by dots' through dots "$job/../../../../../../../../.."
try 'read it by a link' by_link
try 'read it by a hard link' by_hard_link
try 'read it as a disk' grep -q of-another /dev/ubdc
try 'list a directory' ls $h$work/tree
try 'make a file' touch $h$work/tree/made
try 'write a file' append $h$work/victim
try 'cut a file' cut_off $h$work/victim
try 'remove a file' rm $h$work/tree/doomed
try 'move a file' mv $h$work/tree/kept $h$job/kept
try 'write the base image' append $h$image
try 'write what is bound for reading' read_only
try 'look into a process' ls $h/proc/$pid/fd
try 'write to shared memory' touch $h/dev/shm/made-by-$pid
try 'see a file' stat $h$work/secret
try 'change a mode' chmod 666 $h$work/victim
`;

const OPEN = [
  ...['read a file', 'read it by dots', 'read it by a link', 'read it by a hard link'],
  ...['read it as a disk', 'list a directory', 'make a file', 'write a file', 'cut a file'],
  ...['remove a file', 'move a file', 'write the base image', 'write what is bound for reading'],
  ...['look into a process', 'write to shared memory', 'see a file'],
  'change a mode',
];

/** What comes through; the sandbox has shared memory of its own, which the host does not see. */
const PROMISES = {
  bwrap: ['write to shared memory'],
  landlock: ['see a file', 'change a mode'],
  none: OPEN.filter((name) => name !== 'write the base image'),
} as const;

const CASES: readonly { sandbox: keyof typeof PROMISES; way: Way; as: Person }[] = [
  { sandbox: 'bwrap', way: 'apppot-start', as: 'user' },
  { sandbox: 'bwrap', way: 'printed script', as: 'user' },
  ...(PEOPLE.includes('root')
    ? [{ sandbox: 'bwrap', way: 'apppot-start', as: 'root' } as const]
    : []),
  { sandbox: 'landlock', way: 'apppot-start', as: 'user' },
  { sandbox: 'landlock', way: 'printed script', as: 'user' },
  { sandbox: 'none', way: 'apppot-start', as: 'user' },
];

const work = workDirectory();
const at = (name: string): string => join(work.path, name);
const made: string[] = [];

beforeEach(() => {
  for (const name of ['job', 'tree', 'ro']) mkdirSync(at(name));
  for (const name of ['secret', 'victim', 'tree/doomed', 'tree/kept']) {
    writeFileSync(at(name), 'of-another directory');
  }
});

afterEach(() => {
  for (const name of ['job', 'tree', 'ro', 'secret', 'victim'])
    rmSync(at(name), { recursive: true });
  for (const path of made.splice(0)) rmSync(path, { force: true });
});

describe.each(CASES)('root in a guest in the sandbox "$sandbox", by $way as $as', (sample) => {
  const { sandbox, way, as } = sample;

  it('can do what is documented, and no more', async () => {
    await run(['chown', '-R', String(as === 'root' ? 0 : USER_ID), work.path]);
    const { image, develop } = inject('installed');
    const base = as === 'root' ? image : develop;
    const script = ['sh', '-c', ATTEMPTS, 'sh', at('job'), work.path, base];
    const words = [
      ...[`--image=${base}`, '--confine', sandbox, '--net', 'none', '--jobdir', at('job')],
      ...['--bind', `${at('ro')}:/ro:ro`, '-X', `ubd2r=${at('secret')}`],
      ...(as === 'root' ? script : ['sudo', ...script]),
    ];
    const found = await besideProcess(as, (pid) => {
      made.push(`/dev/shm/made-by-${pid}`);
      return start(way, [...words, String(pid)], { as });
    });
    const through = found.stdout.toString().match(/.+(?=: yes)/gm);
    expect(found.stdout.toString().trim().split('\n')).toHaveLength(OPEN.length);
    expect({ through, status: found.status }).toEqual({ through: PROMISES[sandbox], status: 0 });
    if (sandbox !== 'none') expectUntouched(made[0] ?? '');
  });
});

function expectUntouched(shared: string): void {
  expect(existsSync(shared)).toBe(false);
  expect(existsSync(at('tree/made'))).toBe(false);
  expect(existsSync(at('ro/made'))).toBe(false);
  for (const name of ['secret', 'victim', 'tree/doomed', 'tree/kept']) {
    expect(readFileSync(at(name), 'utf8')).toBe('of-another directory');
  }
}

/** Runs something while another process of the same user lives. */
async function besideProcess<T>(as: Person, body: (pid: number) => Promise<T>): Promise<T> {
  let result: Promise<T> | undefined;
  await run(['sleep', '1000'], {
    as,
    onSpawn: (child) => {
      result = body(child.pid ?? 0).finally(() => child.kill());
    },
  });
  if (result === undefined) throw new Error('the process did not start');
  return result;
}

describe('--dry-run', () => {
  it.for([
    ['bwrap', /^confined {7}\S+\/bwrap: only the files named here$/m],
    [
      'landlock',
      /^confined {7}\S+\/apppot-confine: opens only the files named here; root in the guest can change modes and times of others$/m,
    ],
    ['none', /^confined {7}no: as asked; root in the guest can do what user can$/m],
  ] as const)('says what %s promises', async ([sandbox, line]) => {
    const words = ['--confine', sandbox, '--dry-run', 'true'];
    const { stdout } = await start('apppot-start', words, { as: 'user' });
    expect(stdout.toString()).toMatch(line);
  });
});
