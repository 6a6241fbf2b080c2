import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { BenchReport } from '../../src/doctor/bench/bench.ts';
import { METRICS } from '../../src/doctor/bench/metrics.ts';
import { programs } from '../kit/doctor.ts';
import { run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();

async function bench(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<BenchReport & { readonly status: unknown; readonly stderr: string }> {
  const argv = [
    join(inject('installed').bin, 'apppot'),
    'bench',
    '--rounds',
    '1',
    '--json',
    ...words,
  ];
  const { status, stdout, stderr } = await run(argv, { as: 'user', cwd: work.path, env });
  return { ...JSON.parse(stdout.toString() || '{}'), status, stderr };
}

describe('apppot bench', () => {
  it('measures all there is of a guest from an image', async () => {
    const { status, stderr, rows, verdicts, ...report } = await bench([
      '--no-qemu',
      '--image',
      inject('installed').image,
    ]);
    expect([status, stderr]).toEqual([0, 'round 1 of 1\n']);
    expect(report).toMatchObject({ format: 'apppot-bench-1', rounds: 1 });
    expect(Date.parse(report.date)).toBeLessThanOrEqual(Date.now());
    expect(report.guest).toMatch(/^User-Mode Linux \d+\.\d+.*, minimal\.img, confinement/);
    expect(rows.map(({ id }) => id)).toEqual(METRICS.map(({ id }) => id));
    expect(rows.filter(({ ratio }) => !(Number.isFinite(ratio) && ratio > 0))).toEqual([]);
    expect(verdicts.map(({ kind }) => kind)).toEqual([
      ...['computing', 'calls', 'processes', 'disk', 'share', 'network'],
    ]);
  });

  it('needs no image and no network, and leaves nothing behind', async () => {
    const PATH = programs(join(work.path, 'programs'), '/usr/bin/linux.uml');
    const TMPDIR = join(work.path, 't');
    mkdirSync(TMPDIR);
    chmodSync(TMPDIR, 0o777);
    const { status, rows, guest } = await bench(['-q', '--no-qemu'], { PATH, TMPDIR });
    expect(status).toBe(0);
    expect(readdirSync(TMPDIR)).toEqual([]);
    expect(guest).toMatch(/, no image, confinement .*, network none$/);
    expect(rows.map(({ id }) => id)).toEqual(
      METRICS.map(({ id }) => id).filter((id) => !/^(disk|net)-/.test(id)),
    );
  });

  it('measures a guest of QEMU, too', { timeout: 300_000 }, async () => {
    const { status, others = [] } = await bench(['-q']);
    expect(status).toBe(0);
    const [{ guest, rows, verdicts, fault } = { guest: '', rows: [], verdicts: [] }] = others;
    expect([guest, fault]).toEqual([expect.stringMatching(/^QEMU tcg, vmlinuz-/), undefined]);
    expect(rows.map(({ id }) => id)).toEqual(
      METRICS.map(({ id }) => id).filter((id) => !/^(disk|share|net)-/.test(id)),
    );
    expect(rows.filter(({ ratio }) => !(Number.isFinite(ratio) && ratio > 0))).toEqual([]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['computing', 'calls', 'processes']);
  });

  it('says why there is nothing to tell of QEMU, and goes on', async () => {
    const { status, rows, others } = await bench(['-q', '--qemu-kernel', '/bin/true']);
    expect(status).toBe(0);
    expect(rows.length).toBeGreaterThan(0);
    expect(others).toEqual([
      {
        guest: 'QEMU tcg, true',
        fault: expect.stringMatching(/^Cannot measure QEMU tcg, true: ./),
        rows: [],
        verdicts: [],
      },
    ]);
  });

  it('says what is missing', async () => {
    const { status, stderr } = await bench(['--kernel', '/no/linux', '-q']);
    expect(status).toBe(4);
    expect(stderr).toMatch(/^apppot: Cannot find the kernel "\/no\/linux": no such program\n/);
  });
});
