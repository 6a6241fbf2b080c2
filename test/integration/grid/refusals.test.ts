import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDescription } from '../../../src/grid/description.ts';
import { OWN_FILES } from '../../../src/grid/sandbox.ts';
import { renderWrapper } from '../../../src/grid/wrapper.ts';
import { denier } from '../../kit/doctor.ts';
import { jobDescription } from '../../kit/job.ts';

const BASE = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const GIB = 2 ** 30;

let work = '';
beforeAll(() => {
  work = mkdtempSync('/var/tmp/apppot-worker-');
  chmodSync(work, 0o755);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', at('base.img'), '4m']);
  writeFileSync(at('base.img.json'), `{\n  "digest": "x",\n  "base": "${OTHER}"\n}\n`);
  execFileSync('cp', [at('base.img'), at('short.img')]);
  truncateSync(at('short.img'), 2 ** 20);
  writeFileSync(at('junk.img'), 'x'.repeat(9_000));
  writeFileSync(at('broken-kernel'), '#!/bin/sh\necho wrong machine >&2\nexit 1\n', {
    mode: 0o755,
  });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const at = (name: string): string => join(work, name);

interface Wish {
  readonly env?: Readonly<Record<string, string>>;
  readonly base?: string;
  /** Files of the job that got lost. */
  readonly without?: readonly string[];
  /** Commands before the wrapper. */
  readonly first?: string;
  readonly shell?: string;
  /** Words that start it. */
  readonly by?: readonly string[];
}

/** Runs a wrapper that is expected to go no further than its checks. */
function refusal(changes: Partial<JobDescription>, wish: Wish = {}) {
  const { env = {}, base = '', without = [], first = ':', shell = 'dash', by = [] } = wish;
  const directory = mkdtempSync(at('job '));
  mkdirSync(join(directory, 'tmp'));
  const description = jobDescription({
    image: { kind: 'site', path: at('base.img') },
    ...changes,
  });
  writeFileSync(join(directory, OWN_FILES.wrapper), renderWrapper(description, base));
  for (const name of [OWN_FILES.command, OWN_FILES.environment, OWN_FILES.changes]) {
    if (!without.includes(name)) writeFileSync(join(directory, name), '');
  }
  const [program = '', ...words] = [
    ...by,
    'sh',
    '-c',
    `${first}; exec ${shell} ./${OWN_FILES.wrapper}`,
  ];
  const { status, stderr, stdout } = spawnSync(program, words, {
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', TMPDIR: join(directory, 'tmp'), ...env },
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
  return {
    status,
    line: stderr
      .split('\n')[0]
      ?.replaceAll(work, 'W')
      .replace(/job .{6}/, 'job'),
  };
}

describe.each(['dash', 'busybox sh', 'bash'])('a wrapper run by %s', (shell) => {
  const refused = (changes: Partial<JobDescription>, wish: Wish = {}) =>
    refusal(changes, { ...wish, shell });

  it.for<[string, Partial<JobDescription>, Wish, number, string]>([
    [
      'a run-time environment that sets nothing',
      { image: { kind: 'rte', name: 'APPS/X-1' } },
      {},
      127,
      'Cannot find the image: the run-time environment sets no APPPOT_IMAGE',
    ],
    [
      'a missing image',
      { image: { kind: 'rte', name: 'APPS/X-1' } },
      { env: { APPPOT_IMAGE: '/nowhere/base.img' } },
      127,
      'Cannot read the image "/nowhere/base.img": there is no such file on this worker',
    ],
    [
      'an image that did not travel',
      { image: { kind: 'ship', path: '/x' } },
      {},
      127,
      'Cannot read the image "W/job/apppot-job.image": there is no such file on this worker',
    ],
    [
      'an image that is none',
      { image: { kind: 'rte', name: 'A' } },
      { env: { APPPOT_IMAGE: 'JUNK' } },
      126,
      'Cannot use the image "W/junk.img": it holds no ext2, ext3 or ext4 filesystem',
    ],
    [
      'an image that was cut short',
      { image: { kind: 'rte', name: 'A' } },
      { env: { APPPOT_IMAGE: 'SHORT' } },
      126,
      'Cannot use the image "W/short.img": it is truncated',
    ],
    [
      'a bundle of another base',
      { changes: '/x' },
      { base: BASE },
      126,
      `Cannot merge the changes bundle: it was made on base ${BASE} but the image "W/base.img" is ${OTHER}`,
    ],
    [
      'a bundle that did not travel',
      { changes: '/x' },
      { base: BASE, without: [OWN_FILES.changes] },
      127,
      'Cannot run the job: its file "apppot-job.changes" is not in "W/job"',
    ],
    [
      'no kernel',
      {},
      { env: { APPPOT_KERNEL: '/nowhere/linux' } },
      127,
      'Cannot find the kernel "/nowhere/linux": there is no such file on this worker',
    ],
    [
      'a kernel that does not run',
      {},
      { env: { APPPOT_KERNEL: 'KERNEL' } },
      126,
      'Cannot run the kernel "W/broken-kernel": wrong machine',
    ],
    [
      'too little room',
      { resources: { memory: GIB, count: 1, disk: 2 ** 50 } },
      { env: { APPPOT_CONFINE: 'none' } },
      126,
      'Cannot run the guest: "W/job/tmp" has N MiB free, and what it writes may need N MiB',
    ],
    [
      'too much memory',
      { resources: { memory: 2 ** 50, count: 1 } },
      {},
      126,
      `Cannot place the guest's memory of N MiB: /dev/shm has N MiB, and "W/job/tmp" has N MiB free`,
    ],
    [
      'a limit of the length of files',
      {},
      { first: 'ulimit -f 1024' },
      126,
      'Cannot run the guest: its memory of N MiB is a file, and files here may have N MiB (ulimit -f)',
    ],
  ])('refuses %s', ([, changes, wish, status, message]) => {
    const paths: Readonly<Record<string, string>> = {
      JUNK: at('junk.img'),
      SHORT: at('short.img'),
      KERNEL: at('broken-kernel'),
    };
    const env = Object.fromEntries(
      Object.entries(wish.env ?? {}).map(([name, value]) => [name, paths[value] ?? value]),
    );
    const found = refused(changes, { ...wish, env });
    expect({ ...found, line: found.line?.replace(/\d+ MiB/g, 'N MiB') }).toEqual({
      status,
      line: `apppot: ${message}`,
    });
  });
});

describe('a wrapper on a worker that forbids tracing', () => {
  it.runIf(process.getuid?.() === 0)('refuses what Yama forbids', () => {
    const strict =
      'mount -t tmpfs none /proc/sys/kernel; mkdir /proc/sys/kernel/yama; echo 3 >/proc/sys/kernel/yama/ptrace_scope';
    expect(refusal({}, { by: ['unshare', '--mount'], first: strict })).toEqual({
      status: 126,
      line: 'apppot: Cannot run the guest: this worker lets no program trace its children (kernel.yama.ptrace_scope is 3)',
    });
  });

  it('refuses what a filter of system calls forbids, in the words of the kernel', () => {
    const number = process.arch === 'arm64' ? '117' : '101';
    const env = { APPPOT_KERNEL: '/usr/bin/linux.uml', APPPOT_CONFINE: 'none' };
    expect(refusal({}, { by: [denier(at('deny')), number], env })).toEqual({
      status: 126,
      line: 'apppot: Cannot run the guest: this host lets no program trace another (ptrace: Operation not permitted)',
    });
  });
});
