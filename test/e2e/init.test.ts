import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();

/** The commands of one block of a page, without their comments. */
function commandsOf(page: string, block = 0): string[] {
  return (readFileSync(page, 'utf8').split('```')[2 * block + 1] ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/ *#.*$/, ''))
    .filter(Boolean);
}

describe.for([
  ['c', '', '9592 primes below 100000\n'],
  ['python', '9 numbers, mean 5.00, deviation 2.74\n', '8 numbers, mean 5.00, deviation 2.14\n'],
  ['r', 'R version', 'dist = 3.97 * speed + -20.41\n'],
] as const)('apppot init %s', ([template, tried, done]) => {
  it('begins a project whose README is true', { timeout: 600_000 }, async () => {
    const cwd = join(work.path, template);
    const begun = await run(['apppot', 'init', template, cwd]);
    expect([begun.status, begun.stderr]).toEqual([0, '']);
    const commands = commandsOf(join(cwd, 'README.md'));
    expect(commands).toHaveLength(3);
    const [build = '', attempt = '', job = ''] = commands;
    expect(await run(['sh', '-c', `${build} --quiet`], { cwd })).toMatchObject({ status: 0 });
    const [first, second] = [await run(['sh', '-c', attempt], { cwd }), await run([job], { cwd })];
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.toString()).toContain(tried);
    expect(second).toEqual({ status: 0, stdout: Buffer.from(done), stderr: '' });
  });
});

it('the first steps of the guide keep what was installed', async () => {
  const cwd = join(work.path, 'steps');
  mkdirSync(cwd);
  symlinkSync(inject('installed').develop, join(cwd, 'develop.img'));
  writeFileSync(join(cwd, 'apppot-run'), '#!/bin/sh\necho my job\n', { mode: 0o755 });
  const page = join(import.meta.dirname, '../../docs/guide/first-steps.md');
  const [build, ...commands] = commandsOf(page, 3);
  expect([build, commands.length]).toEqual(['apppot image build develop -o develop.img', 5]);
  const said: string[] = [];
  for (const command of commands) {
    const { status, stdout, stderr } = await run(['sh', '-c', command], { cwd });
    expect([command, status, status === 0 ? '' : stderr]).toEqual([command, 0, '']);
    said.push(stdout.toString());
  }
  expect(said[3]).toContain('+ /usr/local/bin/my-job');
  expect(said[4]).toBe('my job\n');
});
