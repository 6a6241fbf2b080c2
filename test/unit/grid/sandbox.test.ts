import { describe, expect, it } from 'vitest';
import { planSandbox } from '../../../src/grid/sandbox.ts';
import { endTimes } from '../../../src/grid/wrapper.ts';
import { jobDescription } from '../../kit/job.ts';

describe('planSandbox()', () => {
  it('carries words and variables in files of their own, each ended by NUL', async () => {
    const plan = await planSandbox(
      jobDescription({ command: ['echo', "it's $HOME\n"], environment: { A: '`b` "c"', Ö: '' } }),
    );
    const texts = new Map(
      plan.files.map(({ name, source }) => [name, source.kind === 'text' ? source.text : '']),
    );
    expect(texts.get('apppot-job.command')).toBe("echo\0it's $HOME\n\0");
    expect(texts.get('apppot-job.environment')).toBe('A=`b` "c"\0Ö=\0');
    expect(texts.get(plan.wrapper)).not.toContain("it's");
  });

  it('lists what travels, and apart from it what others fetch', async () => {
    const plan = await planSandbox(
      jobDescription({
        image: { kind: 'ship', path: '/a/tiny.img' },
        kernel: '/a/linux',
        inputs: [
          { name: 'in/x', source: { kind: 'file', path: '/b/x' }, isExecutable: true },
          { name: 'y', source: { kind: 'url', url: 'http://h/y' } },
        ],
      }),
    );
    expect(plan.files.filter(({ source }) => source.kind === 'file')).toEqual([
      {
        name: 'apppot-job.kernel',
        source: { kind: 'file', path: '/a/linux' },
        isExecutable: true,
      },
      { name: 'apppot-job.image', source: { kind: 'file', path: '/a/tiny.img' } },
      { name: 'in/x', source: { kind: 'file', path: '/b/x' }, isExecutable: true },
    ]);
    expect(plan.remote).toEqual([{ name: 'y', url: 'http://h/y' }]);
  });

  it('refuses an input with a name of its own files', async () => {
    const inputs = [{ name: 'apppot-job.sh', source: { kind: 'file', path: '/b/x' } }] as const;
    await expect(planSandbox(jobDescription({ inputs }))).rejects.toThrow(
      'Cannot give a job the input "apppot-job.sh": its own files are named so',
    );
  });
});

describe('endTimes()', () => {
  it.for([
    [undefined, false, { keeping: 0, margin: 20 }],
    [3_600, false, { keeping: 0, margin: 20 }],
    [3_600, true, { keeping: 360, margin: 380 }],
    [300, true, { keeping: 60, margin: 80 }],
    [20, true, { keeping: 60, margin: 10 }],
    [100_000, true, { keeping: 900, margin: 920 }],
  ] as const)('leaves time before the end: %s s, kept %s', ([wall, isKept, times]) => {
    expect(endTimes(wall, isKept)).toEqual(times);
  });
});
