import type { Command } from 'commander';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { VERSION } from '../../../src/base/version.ts';
import { EXAMPLES } from '../../../src/cli/examples.ts';
import { commandAt, commandTree, leavesOf, say } from '../../kit/command-line.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

let program: Command;
beforeAll(async () => {
  program = await commandTree();
}, 20_000);

describe('--help', () => {
  it('is the same as the command help', async () => {
    for (const path of ['', 'start', 'image', 'image build']) {
      const words = path.split(' ').filter(Boolean);
      const [option, command] = await Promise.all([
        say('apppot', [...words, '--help']),
        say('apppot', ['help', ...words]),
      ]);
      expect(option.stdout).toContain(`Usage: apppot ${path}`.trim());
      expect(command).toEqual(option);
    }
  });

  it('has examples of every command, and of no other', () => {
    const paths = leavesOf(program).map(([path]) => path);
    // A new command gets its examples in src/cli/examples.ts.
    expect(new Set(Object.keys(EXAMPLES))).toEqual(new Set(paths));
  });

  it('shows options in its examples that the commands have', () => {
    const unknown = Object.entries(EXAMPLES).flatMap(([path, lines]) =>
      lines.flatMap((line) => unknownOptions(path, line).map((option) => `${path}: ${option}`)),
    );
    expect(unknown).toEqual([]);
  });

  it('explains every command, argument and option, in words without a full stop', () => {
    const bad = leavesOf(program).flatMap(([path, command]) => {
      const texts = [
        [path, command.description()],
        ...command.registeredArguments.map((one) => [one.name(), one.description]),
        ...command.options
          .filter(({ hidden }) => !hidden)
          .map((one) => [one.flags, one.description]),
      ];
      return texts
        .filter(([, text]) => /\.$|^$/.test(text ?? ''))
        .map(([name]) => `${path} ${name}`);
    });
    expect(bad).toEqual([]);
  });
});

function unknownOptions(path: string, line: string): string[] {
  const command = commandAt(program, path);
  const known = [command, command?.parent].flatMap((one) =>
    (one?.options ?? []).flatMap(({ short, long }) => [short, long]),
  );
  return [...line.matchAll(/ (--?[a-zA-Z][\w-]*)/g)]
    .map(([, option = '']) => option)
    .filter((option) => path !== 'start' && !known.includes(option));
}

describe('--version', () => {
  it.for([
    ['apppot', []],
    ['apppot-start', ['start']],
    ['apppot-snap', ['snap']],
  ] as const)('of %s', async ([name, words]) => {
    const version = { status: 0, stdout: `${VERSION}\n`, stderr: '' };
    expect(await say(name, [...words, '--version'])).toEqual(version);
    expect(await say(name, [...words, '-V'])).toEqual(version);
  });
});
