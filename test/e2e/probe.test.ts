import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { readProbe } from '../../src/doctor/site.ts';
import type { JobDescription } from '../../src/grid/description.ts';
import { planProbe, stageJob } from '../../src/grid/sandbox.ts';
import { PEOPLE, run, workDirectory } from '../kit/guest-run.ts';
import { jobDescription } from '../kit/job.ts';

/** A filter of system calls as seccomp(2) takes it: ptrace is not permitted on x86-64. */
const NO_PTRACE = [
  [0x20, 0, 0, 0],
  [0x15, 0, 1, 101],
  [0x06, 0, 0, 0x00050001],
  [0x06, 0, 0, 0x7fff0000],
] as const;

const filter = Buffer.concat(
  NO_PTRACE.map(([code, yes, no, value]) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(code, 0);
    bytes.writeUInt8(yes, 2);
    bytes.writeUInt8(no, 3);
    bytes.writeUInt32LE(value, 4);
    return bytes;
  }),
);

describe.each(PEOPLE)('a probe, as %s,', (as) => {
  const work = workDirectory();
  let count = 0;

  async function probe(changes: Partial<JobDescription>, before: readonly string[] = [], env = {}) {
    const directory = join(work.path, `probe ${++count}`);
    mkdirSync(directory, { mode: 0o777 });
    const description = jobDescription(changes);
    await stageJob(description, planProbe(description), { mark: 'm', directory });
    await run(['chmod', '-R', 'a+rwX', directory]);
    const { stdout, stderr, status } = await run([...before, 'dash', './apppot-job.sh'], {
      as,
      cwd: directory,
      env: { TMPDIR: work.path, ...env },
      stdin: before.length === 0 ? 'ignore' : filter,
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return readProbe(stdout.toString());
  }
  const image = () => ({ kind: 'site', path: inject('installed').image }) as const;

  it('finds that guests run here, by starting one', async () => {
    const { usable, lines } = await probe({ image: image() });
    expect({ usable, bad: lines.filter(({ verdict }) => verdict === 'fail') }).toEqual({
      usable: true,
      bad: [],
    });
    expect(lines.map(({ id }) => id)).toEqual([
      'kernel',
      'ptrace',
      'yama',
      'memory-shared',
      'memory-file',
      'temporary',
      'image',
      'network',
      'confinement',
      'user',
      'limit-file-size',
      'exec',
      'quota',
      'ports',
      'image-boot',
    ]);
  });

  it('says what is missing, with a remedy', async () => {
    const env = { APPPOT_KERNEL: '/nowhere/linux' };
    const { usable, lines } = await probe({ image: { kind: 'rte', name: 'A' } }, [], env);
    const bad = lines.filter(({ verdict }) => verdict === 'fail');
    expect({ usable, bad: bad.map(({ id, found }) => ({ id, found })) }).toEqual({
      usable: false,
      bad: [
        {
          id: 'kernel',
          found: 'Cannot find the kernel "/nowhere/linux": there is no such file on this worker',
        },
        {
          id: 'image',
          found: 'Cannot find the image: the run-time environment sets no APPPOT_IMAGE',
        },
      ],
    });
    for (const line of bad) expect(line).toMatchObject({ remedy: /\w.*\./ });
  });

  it.runIf(process.arch === 'x64')('finds that programs may not trace others', async () => {
    const bwrap = ['bwrap', '--dev-bind', '/', '/', '--seccomp', '0', '--'];
    const { usable, lines } = await probe({ image: image() }, bwrap, { APPPOT_CONFINE: 'none' });
    expect(usable).toBe(false);
    expect(lines.at(-1)).toMatchObject({
      id: 'image-boot',
      found:
        'Cannot run the guest: this host lets no program trace another (ptrace: Operation not permitted)',
    });
  });
});
