import { describe, expect, it } from 'vitest';
import { compare, judge, parseSamples, type Sample } from '../../../src/doctor/bench/compare.ts';
import { renderBench } from '../../../src/doctor/bench/render.ts';

function samples(id: string, unit: Sample['unit'], ...values: readonly number[]): Sample[] {
  return values.map((value) => ({ id, unit, value }));
}

describe('parseSamples()', () => {
  it('reads lines of name, unit and value, and leaves out all else', () => {
    const text = 'integer s 1.5e-09\nrandom words\nmemory B/s 2e+09\r\ncall s nan\nfork s 0\n';
    expect(parseSamples(text)).toEqual([
      { id: 'integer', unit: 's', value: 1.5e-9 },
      { id: 'memory', unit: 'B/s', value: 2e9 },
    ]);
  });
});

describe('compare()', () => {
  it('takes medians, and says how many times slower the guest is, whatever the unit', () => {
    const rows = compare(
      [...samples('memory', 'B/s', 8, 100, 10), ...samples('integer', 's', 2, 4)],
      [...samples('integer', 's', 6, 6, 6), ...samples('memory', 'B/s', 5)],
    );
    expect(rows).toEqual([
      {
        id: 'integer',
        title: 'integer step',
        kind: 'computing',
        unit: 's',
        native: 3,
        guest: 6,
        ratio: 2,
      },
      {
        id: 'memory',
        title: 'copying memory',
        kind: 'computing',
        unit: 'B/s',
        native: 10,
        guest: 5,
        ratio: 2,
      },
    ]);
  });

  it('leaves out what only one side could measure', () => {
    expect(compare(samples('net-send', 'B/s', 1), samples('disk-read', 'B/s', 1))).toEqual([]);
  });
});

describe('judge()', () => {
  it('grades each kind by the geometric mean of its ratios', () => {
    const native = ['integer', 'float', 'fork', 'exec', 'net-send', 'start'];
    const guest = { integer: 1, float: 1.21, fork: 4, exec: 16, 'net-send': 3, start: 50 };
    const rows = compare(
      native.flatMap((id) => samples(id, 's', 1)),
      Object.entries(guest).flatMap(([id, value]) => samples(id, 's', value)),
    );
    expect(judge(rows)).toEqual([
      { kind: 'computing', grade: 'good', ratio: expect.closeTo(1.1) },
      { kind: 'processes', grade: 'poor', ratio: expect.closeTo(8) },
      { kind: 'network', grade: 'fair', ratio: expect.closeTo(3) },
    ]);
  });
});

describe('renderBench()', () => {
  it('prints a dated table and a verdict in words', () => {
    const rows = compare(
      [
        ...samples('integer', 's', 1.5e-9),
        ...samples('memory', 'B/s', 2 ** 34),
        ...samples('exec', 's', 0.001),
        ...samples('start', 's', 0.002),
      ],
      [
        ...samples('integer', 's', 1.8e-9),
        ...samples('memory', 'B/s', 2 ** 33),
        ...samples('exec', 's', 0.025),
        ...samples('start', 's', 0.36),
      ],
    );
    const report = {
      date: '2026-05-04T03:02:01.000Z',
      machine: 'Linux 6.1, 4 × CPU, load 0.1',
      guest: 'User-Mode Linux 6.1',
      rounds: 3,
      rows,
      verdicts: judge(rows),
      others: [],
    };
    expect(renderBench(report).split('\n')).toEqual([
      '2026-05-04, Linux 6.1, 4 × CPU, load 0.1',
      'guest: User-Mode Linux 6.1',
      'medians of 3 rounds; the ratio says how many times slower the guest is',
      '',
      '                                   here        guest        ratio',
      'integer step                    1.50 ns      1.80 ns       1.20 ×',
      'copying memory               16.0 GiB/s    8.0 GiB/s       2.00 ×',
      'fork and exec                   1.00 ms      25.0 ms         25 ×',
      'start and end                   2.00 ms       360 ms        180 ×',
      '',
      'Fair for computing: 1.55 ×',
      'Poor for starting many short processes: 25 ×',
      'Starting and ending a guest takes 360 ms, 1 % of a job of 1 min.',
    ]);
  });

  it('puts others beside it, and says what went wrong with them', () => {
    const native = [...samples('fork', 's', 0.001), ...samples('disk-files', 's', 0.001)];
    const rows = compare(native, [
      ...samples('fork', 's', 0.004),
      ...samples('disk-files', 's', 0.002),
    ]);
    const text = renderBench({
      date: '2026-05-04T03:02:01.000Z',
      machine: 'Linux',
      guest: 'UML',
      rounds: 1,
      rows,
      verdicts: [],
      others: [
        { guest: 'QEMU tcg', rows: compare(native, samples('fork', 's', 0.02)), verdicts: [] },
        { guest: 'QEMU kvm', fault: 'Cannot measure QEMU kvm: no', rows: [], verdicts: [] },
      ],
    });
    expect(text.split('\n').slice(2, 8)).toEqual([
      'other 1: QEMU tcg',
      'medians of 1 rounds; the ratio says how many times slower the guest is',
      'Cannot measure QEMU kvm: no',
      '',
      '                                   here        guest        ratio      other 1        ratio',
      'fork                            1.00 ms      4.00 ms       4.00 ×      20.0 ms         20 ×',
    ]);
    expect(text).toMatch(/^disk: a small file .* -\s+-$/m);
  });
});
