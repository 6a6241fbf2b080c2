import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, type Shell } from '../../../src/cli/completion.ts';
import { viewCommand } from '../../../src/cli/view.ts';
import { commandAt, commandTree } from '../../kit/command-line.ts';
import { complete } from '../../kit/shells/complete.ts';

const directory = mkdtempSync(join(tmpdir(), 'apppot-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe.for(['bash', 'zsh', 'fish'] satisfies Shell[])('completion in %s', (shell) => {
  const script = join(directory, shell);
  const work = join(directory, `work-${shell}`);

  beforeAll(async () => {
    writeFileSync(script, await completionScript(shell, viewCommand(await commandTree())));
    mkdirSync(join(work, 'sub'), { recursive: true });
    writeFileSync(join(work, 'own.yaml'), '');
    writeFileSync(join(work, 'base.img'), '');
  });

  const offers = (line: string): string[] =>
    complete(shell, script, line, work).map((word) => word.replace(/\/$/, ''));

  it('offers the commands', async () => {
    const names = (await commandTree()).commands.map((command) => command.name());
    expect(offers('apppot ')).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(offers('apppot im')).toEqual(['image']);
    expect(offers('apppot image ')).toEqual(['build', 'inspect', 'ls']);
    expect(offers('apppot-snap ver')).toEqual(['verify']);
  });

  it('offers the options of the command at hand, and of no other', async () => {
    const build = commandAt(await commandTree(), 'image build');
    const long = build?.options.map((option) => option.long ?? '') ?? [];
    expect(offers('apppot image build --')).toEqual([...long, '--help'].toSorted());
    expect(offers('apppot image build -o base.img --no')).toEqual(['--no-cache']);
    expect(offers('apppot snap -v diff --st')).toEqual(['--stat']);
    expect(offers('apppot-start --unc')).toEqual(['--unconfined']);
  });

  it('offers the choices of an option and of an argument', () => {
    expect(offers('apppot completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(offers('apppot-start --net sl')).toContain('slirp');
    expect(offers('apppot-start --net=sl').join(' ')).toContain('slirp');
  });

  it('offers files, directories and recipes where they are wanted', () => {
    expect(offers('apppot-snap diff --image b')).toEqual(['base.img']);
    expect(offers('apppot-snap show ')).toEqual(['base.img', 'own.yaml', 'sub']);
    expect(offers('apppot image ls ')).toEqual(['sub']);
    expect(offers('apppot image build mi')).toEqual(['minimal']);
    expect(offers('apppot image build own')).toEqual(['own.yaml']);
    expect(offers('apppot-start --mem b')).toEqual([]);
  });

  it('offers nothing where only the user knows', () => {
    expect(offers('apppot-start --id b')).toEqual([]);
    expect(offers('apppot-start --timeout ')).toEqual([]);
  });

  it('leaves the command line of the guest alone', () => {
    expect(offers('apppot-start --image base.img true --unc')).toEqual([]);
  });
});
