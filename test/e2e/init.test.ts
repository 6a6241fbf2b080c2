import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();

/** The commands of a project's README, without their comments. */
function commandsOf(directory: string): string[] {
  const [, block = ''] = readFileSync(join(directory, 'README.md'), 'utf8').split('```');
  return block
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/ *#.*$/, ''))
    .filter(Boolean);
}

describe.for([
  ['c', '', '9592 primes below 100000\n'],
  ['python', '9 numbers, mean 5.00, deviation 2.74\n', '8 numbers, mean 5.00, deviation 2.14\n'],
] as const)('apppot init %s', ([template, tried, done]) => {
  it('begins a project whose README is true', async () => {
    const cwd = join(work.path, template);
    const begun = await run(['apppot', 'init', template, cwd]);
    expect([begun.status, begun.stderr]).toEqual([0, '']);
    const commands = commandsOf(cwd);
    expect(commands).toHaveLength(3);
    const [build = '', attempt = '', job = ''] = commands;
    expect(await run(['sh', '-c', `${build} --quiet`], { cwd })).toMatchObject({ status: 0 });
    const [first, second] = [await run(['sh', '-c', attempt], { cwd }), await run([job], { cwd })];
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.toString()).toContain(tried);
    expect(second).toEqual({ status: 0, stdout: Buffer.from(done), stderr: '' });
  });
});
