import { beforeAll, describe, expect, it } from 'vitest';
import { commandTree, say } from '../../kit/command-line.ts';

beforeAll(async () => {
  await commandTree();
}, 20_000);

describe('an option that would be passed over in silence', () => {
  it.for([
    [
      'changes --base m --against d',
      '--base means nothing with --against, where the earlier state is another',
    ],
    [
      'diff --image i --cow c --base m',
      '--base means nothing with --cow, where the earlier state is another',
    ],
    [
      'diff --root d --image i --cow c',
      '--root means nothing with --image and --cow, where the tree is the one in the image',
    ],
    [
      'changes --live g --image i --against d',
      "--live means nothing with --image and --against, because a guest's files are known",
    ],
    ['diff --partition 2', '--partition needs an image: --image, --cow or --live'],
    [
      'diff --allow-unexplained --image i',
      '--allow-unexplained needs two states of an image: --cow, --live, or --image and --against',
    ],
    ['changes a.tar -o b.tar', '--output needs no FILE beside it, but there is "a.tar"'],
    [
      'merge --any-base --base m',
      '--base means nothing with --any-base, where no base is asked for',
    ],
    ['base -q -v', '--quiet means nothing with --verbose, which is the opposite'],
    ['-v show b.tar', '--verbose means nothing to it'],
    ['-n verify b.tar', '--dry-run means nothing to it'],
    [
      'changes --partition 2 --allow-unexplained --base m --against d',
      '--base means nothing with --against, where the earlier state is another; ' +
        '--partition needs an image: --image, --cow or --live; ' +
        '--allow-unexplained needs two states of an image: --cow, --live, or --image and --against',
    ],
  ] as const)('apppot-snap %s', async ([words, reason]) => {
    const command = words.split(' ').find((word) => !word.startsWith('-'));
    expect(await say('apppot-snap', ['snap', ...words.split(' ')])).toEqual({
      status: 2,
      stdout: '',
      stderr:
        `apppot-snap: Cannot read the command line: ${reason}\n` +
        `  Look at "apppot-snap ${command} --help".\n`,
    });
  });
});

it.for(['x', '0', '-1', '1.5', ''])('--partition "%s" is no number', async (number) => {
  const { status, stderr } = await say('apppot-snap', [
    ...['snap', 'diff', '--image', 'i', `--partition=${number}`],
  ]);
  expect([status, stderr]).toEqual([
    2,
    `apppot-snap: Cannot take partition "${number}": it is no number from 1 on\n`,
  ]);
});
