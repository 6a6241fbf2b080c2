import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobLayer } from '../../../src/config/job.ts';
import { describeJob } from '../../../src/grid/describe.ts';

const file = (name: string, path = `/home/ada/${name}`) => ({
  name,
  source: { kind: 'file', path } as const,
});

describe('describeJob()', { timeout: 20_000 }, () => {
  it('gives everything that nobody said its default', () => {
    expect(describeJob([{ rte: 'APPPOT-1.0' }])).toEqual({
      name: 'apppot',
      image: { kind: 'rte', name: 'APPPOT-1.0' },
      command: [],
      environment: {},
      inputs: [],
      outputs: [],
      stdout: 'stdout.txt',
      stderr: 'stderr.txt',
      resources: { memory: 512 * 2 ** 20, count: 1 },
    });
  });

  it('passes on every setting', () => {
    const layer: JobLayer = {
      name: 'proteome',
      'ship-image': '/img',
      changes: '/changes',
      'ship-kernel': '/linux',
      command: ['a', ''],
      env: { A: '1' },
      input: [file('x')],
      output: [{ name: 'y' }],
      stdin: file('z'),
      stdout: 'log',
      stderr: 'log',
      mem: 1,
      'request-mem': 2,
      disk: 3,
      'cpu-time': 4,
      'wall-time': 5,
      count: 6,
      queue: 'q',
      arch: 'amd64',
      notify: 'a@b',
      'save-changes': 'after',
    };
    expect(describeJob([layer])).toEqual({
      name: 'proteome',
      image: { kind: 'ship', path: '/img' },
      changes: '/changes',
      kernel: '/linux',
      command: ['a', ''],
      environment: { A: '1' },
      inputs: [file('x'), file('z')],
      outputs: [{ name: 'y' }],
      stdin: 'z',
      stdout: 'log',
      stderr: 'log',
      resources: { memory: 1, memoryRequest: 2, disk: 3, cpuTime: 4, wallTime: 5, count: 6 },
      queue: 'q',
      architecture: 'amd64',
      notify: 'a@b',
      saveChanges: 'after',
    });
  });

  it('adds up files and variables, and takes the last of all else', () => {
    const weak: JobLayer = {
      rte: 'A-1',
      command: ['/bin/search', 'x'],
      env: { A: '1', B: '1' },
      input: [file('x'), file('y')],
      output: [{ name: 'o' }],
      mem: 1,
    };
    const strong: JobLayer = {
      image: '/site.img',
      env: { B: '2' },
      input: [file('y', '/other/y')],
      output: [{ name: 'o', url: 'https://store.invalid/o' }],
      mem: undefined,
    };
    expect(describeJob([weak, strong])).toEqual({
      name: 'search',
      image: { kind: 'site', path: '/site.img' },
      command: ['/bin/search', 'x'],
      environment: { A: '1', B: '2' },
      inputs: [file('x'), file('y', '/other/y')],
      outputs: [{ name: 'o', url: 'https://store.invalid/o' }],
      stdout: 'stdout.txt',
      stderr: 'stderr.txt',
      resources: { memory: 1, count: 1 },
    });
  });

  it.for<[string, JobLayer]>([
    ['it has no image', {}],
    [
      '"in" is an input, and would be written over',
      { rte: 'A', input: [file('in')], stderr: 'in' },
    ],
    [
      '"a" is a file, and the directory of "a/b/c"',
      { rte: 'A', input: [file('a'), file('a/b/c')] },
    ],
    [
      '"a/b" is a file, and the directory of "a/b/c"',
      { rte: 'A', input: [file('a/b')], stdout: 'a/b/c' },
    ],
  ])('refuses a job when %s', ([reason, layer]) => {
    expect(() => describeJob([layer])).toThrow(`Cannot describe the job: ${reason}`);
  });

  it('does not mind whether settings stand in one file or two', () => {
    const some = fc.record(
      {
        name: fc.string({ minLength: 1 }),
        env: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.string()),
        input: fc.array(fc.constantFrom('i', 'j', 'k').map((name) => file(name))),
        output: fc.array(fc.constantFrom('o', 'p').map((name) => ({ name }))),
        mem: fc.nat(),
        queue: fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, some, (weak, strong) => {
        const rte = { rte: 'A-1' };
        const one = {
          ...weak,
          ...strong,
          env: { ...weak.env, ...strong.env },
          input: [...(weak.input ?? []), ...(strong.input ?? [])],
          output: [...(weak.output ?? []), ...(strong.output ?? [])],
        };
        expect(describeJob([rte, weak, strong])).toEqual(describeJob([{ ...rte, ...one }]));
      }),
    );
  });
});
