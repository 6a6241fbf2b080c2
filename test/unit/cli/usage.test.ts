import { beforeAll, describe, expect, it, vi } from 'vitest';
import { commandTree, say } from '../../kit/command-line.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

beforeAll(async () => {
  await commandTree();
}, 20_000);

describe('a wrong command line', () => {
  it.for([
    ['strat', "unknown command 'strat'", 'Did you mean start? Look at "apppot --help".'],
    ['nonsense', "unknown command 'nonsense'", 'Look at "apppot --help".'],
    ['help nonsense', "unknown command 'nonsense'", 'Look at "apppot --help".'],
    ['image bild', "unknown command 'bild'", 'Did you mean build? Look at "apppot image --help".'],
    [
      'help image bild',
      "unknown command 'bild'",
      'Did you mean build? Look at "apppot image --help".',
    ],
    [
      'image ls --jason',
      "unknown option '--jason'",
      'Did you mean --json? Look at "apppot image ls --help".',
    ],
    [
      'image build',
      "required option '-o, --output <image>' not specified",
      'Look at "apppot image build --help".',
    ],
    [
      'image inspect',
      "missing required argument 'image'",
      'Look at "apppot image inspect --help".',
    ],
    [
      'image ls a b',
      "too many arguments for 'ls'. Expected 1 argument but got 2",
      'Look at "apppot image ls --help".',
    ],
    [
      'snap show --paths',
      "missing required argument 'bundle'",
      'Look at "apppot snap show --help".',
    ],
  ] as const)('apppot %s', async ([words, reason, hint]) => {
    expect(await say('apppot', words.split(' '))).toEqual({
      status: 2,
      stdout: '',
      stderr: `apppot: Cannot read the command line: ${reason}\n  ${hint}\n`,
    });
  });

  it('is answered under the name that the user typed', async () => {
    expect(await say('apppot-start', ['start', '--imag', 'x'])).toEqual({
      status: 125,
      stdout: '',
      stderr:
        "apppot-start: Cannot read the command line: unknown option '--imag'\n" +
        '  Did you mean --image? Look at "apppot-start --help".\n',
    });
    expect(await say('apppot-snap', ['snap', 'difff'])).toMatchObject({
      stderr:
        "apppot-snap: Cannot read the command line: unknown command 'difff'\n" +
        '  Did you mean diff? Look at "apppot-snap --help".\n',
    });
  });

  it('names the closest choice', async () => {
    expect(await say('apppot-start', ['start', '--confine', 'bwarp'])).toMatchObject({
      stderr:
        "apppot-start: Cannot read the command line: option '--confine <how>' argument 'bwarp' is invalid. " +
        'Allowed choices are auto, bwrap, landlock, none\n' +
        '  Did you mean bwrap? Look at "apppot-start --help".\n',
    });
    const { stderr } = await say('apppot-start', ['start', '--net', 'slrp']);
    expect(stderr).toMatch(/\n {2}Did you mean slirp\?\n$/);
  });
});
