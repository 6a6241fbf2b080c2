import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadJobFile, readJobOptions } from '../../../src/config/job-loader.ts';
import { JOB_NAME } from '../../../src/config/job-names.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
const place = () => ({ directory: directory.path, home: at('home') });

beforeAll(async () => {
  await import('../../../src/config/document.ts');
  await import('../../../src/config/job-schema.ts');
  await import('fast-glob');
}, 30_000);

beforeAll(() => {
  const files =
    'spectra/a.mgf spectra/b.mgf spectra/deep/c.mgf in.txt a[1].txt home/own.txt lib/.x lib/y/z';
  for (const name of [...files.split(' '), 'Grüße und mehr/(*.txt', 'bin/tool', 'jobs/mine.txt']) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), name);
  }
  chmodSync(at('bin/tool'), 0o755);
  mkdirSync(at('empty'));
  mkdirSync(at('odd'));
  symlinkSync('nowhere', at('odd/lost'));
  mkdirSync(at('round'));
  symlinkSync('.', at('round/again'));
});

function jobFile(text: string, name = 'job.yaml'): string {
  writeFileSync(at(name), text);
  return name;
}

/** Without the directory of this test. */
const bare = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(directory.path, ''));

const file = (name: string, path = name) => ({ name, source: { kind: 'file', path: `/${path}` } });
const tool = { ...file('bin/tool'), isExecutable: true };

describe('loadJobFile()', { timeout: 10_000 }, () => {
  it('finds nothing in an empty file', async () => {
    expect(await loadJobFile(jobFile(''), place())).toEqual({});
  });

  it('reads every setting', async () => {
    const path = jobFile(`
name: Proteom "12"
rte: APPS/BIO/APPPOT-1.0
changes: in.txt
ship-kernel: bin/tool
command: [search, --tolerance, 3.10, "$HOME", 'a
    b']
env: {THREADS: 1, GREETING: "a\\nb"}
input: [in.txt, {from: bin/tool, as: tool}]
output: [result.csv, plots/, {name: big, to: "https://store.invalid/big"}]
stdin: spectra/a.mgf
stdout: log.txt
stderr: log.txt
mem: 1G
request-mem: 4000
disk: 1.5G
cpu-time: 90
wall-time: 2h
count: 2
queue: grid
arch: x86_64
notify: ada@lab.invalid
save-changes: after.tar.gz
`);
    expect(bare(await loadJobFile(path, place()))).toEqual({
      name: 'Proteom "12"',
      rte: 'APPS/BIO/APPPOT-1.0',
      changes: '/in.txt',
      'ship-kernel': '/bin/tool',
      command: ['search', '--tolerance', '3.10', '$HOME', 'a b'],
      env: { THREADS: '1', GREETING: 'a\nb' },
      input: [file('in.txt'), { ...tool, name: 'tool' }],
      output: [
        { name: 'result.csv' },
        { name: 'plots/' },
        { name: 'big', url: 'https://store.invalid/big' },
      ],
      stdin: file('spectra/a.mgf'),
      stdout: 'log.txt',
      stderr: 'log.txt',
      mem: 2 ** 30,
      'request-mem': 4_000 * 2 ** 20,
      disk: 1.5 * 2 ** 30,
      'cpu-time': 90,
      'wall-time': 7_200,
      count: 2,
      queue: 'grid',
      arch: 'amd64',
      notify: 'ada@lab.invalid',
      'save-changes': 'after.tar.gz',
    });
  });

  it('tells every mistake at once, with its line', async () => {
    const path = jobFile(`name: ""
rte: a b
image: here.img
ship-image: lost.img
command: search
env: {1A: x}
input:
  - lost.txt
  - {from: in.txt, as: ../up}
  - {form: in.txt}
  - in.txt
  - {from: bin/tool, as: in.txt}
output: [/etc/passwd, {name: x, to: there}]
stdout: logs/out.txt
stderr: $(id)
save-changes: bundles/
mem: much
wall-time: 0
count: 0
que: grid
notify: me
`);
    const error: Error = await loadJobFile(path, place()).catch((reason) => reason);
    const lines = bare(error.message).split('\n').slice(1);
    expect(lines).toEqual([
      '  line 1: name: expected a name of one line',
      '  line 2: rte: expected a name such as APPS/BIO/APPPOT-1.0',
      '  line 3: image: expected the absolute path of an image at the site',
      '  line 4: ship-image: there is no "/lost.img"',
      '  line 5: command: expected a list of words such as [search, --fast]',
      '  line 6: env.1A: expected the name of a variable',
      '  line 8: input[0]: "lost.txt": no such file or directory, and nothing that matches',
      `  line 9: input[1].as: expected ${JOB_NAME}`,
      '  line 10: input[2].from: expected a path, a pattern or an address',
      '  line 10: input[2].form: unknown setting; did you mean "from"?',
      `  line 13: output[0].name: expected ${JOB_NAME}`,
      '  line 13: output[1].to: expected an address',
      '  line 14: stdout: expected a name without directory, blanks and quotes, such as log.txt',
      '  line 15: stderr: expected a name without directory, blanks and quotes, such as log.txt',
      '  line 16: save-changes: expected the name of a file',
      '  line 17: mem: expected a size such as 2G',
      '  line 18: wall-time: expected a time such as 90s, 10m or 2h',
      '  line 19: count: expected a number of cores such as 1',
      '  line 20: que: unknown setting; did you mean "queue"?',
      '  line 21: notify: expected an e-mail address',
    ]);
  });

  it('tells two files of one name, and two images', async () => {
    const path = jobFile(`rte: A-1
image: /b
input: [in.txt, {from: bin/tool, as: in.txt}]
`);
    const error: Error = await loadJobFile(path, place()).catch((reason) => reason);
    expect(bare(error.message)).toBe(`Cannot use "job.yaml": 2 mistakes
  line 2: image: expected only one of rte and image
  line 3: input: both "/in.txt" and "/bin/tool" would be "in.txt": give one another name with "as"`);
  });

  it('sees paths from the directory that the file is in', async () => {
    const path = jobFile('input: [mine.txt, ../in.txt, ~/own.txt]', 'jobs/job.yaml');
    const { input } = await loadJobFile(path, place());
    expect(bare(input)).toEqual([
      file('mine.txt', 'jobs/mine.txt'),
      file('in.txt'),
      file('own.txt', 'home/own.txt'),
    ]);
  });

  it('says that there is no such job file', async () => {
    await expect(loadJobFile('lost.yaml', place())).rejects.toMatchObject({
      kind: 'missing',
      code: 'FILE_UNREADABLE',
      message: 'Cannot read the job file "lost.yaml": no such file or directory',
    });
  });
});

const found = async (...input: unknown[]) => bare((await readJobOptions({ input }, place())).input);
const refusal = async (...input: unknown[]) => {
  const error: Error = await readJobOptions({ input }, place()).catch((reason) => reason);
  return bare(error.message).split('\n').slice(1).join('\n');
};

describe('readJobOptions()', { timeout: 10_000 }, () => {
  it.for<[string, unknown, unknown[]]>([
    ['a pattern', 'spectra/*.mgf', [file('spectra/a.mgf'), file('spectra/b.mgf')]],
    [
      'a pattern for another directory',
      { from: 'spectra/**', as: 's/' },
      [
        file('s/a.mgf', 'spectra/a.mgf'),
        file('s/b.mgf', 'spectra/b.mgf'),
        file('s/deep/c.mgf', 'spectra/deep/c.mgf'),
      ],
    ],
    ['a directory with all that is in it', 'lib/', [file('lib/.x'), file('lib/y/z')]],
    [
      'a directory of another name',
      { from: './lib', as: 'l' },
      [file('l/.x', 'lib/.x'), file('l/y/z', 'lib/y/z')],
    ],
    ['a file that looks like a pattern', 'a[1].txt', [file('a[1].txt')]],
    ['an awkward name', 'Grüße*/*', [file('Grüße und mehr/(*.txt')]],
    ['a program', 'bin/tool', [tool]],
    ['a program that is none', { from: 'bin/tool', executable: 'false' }, [file('bin/tool')]],
    ['a file for another directory', { from: './in.txt', as: 'd/' }, [file('d/in.txt', 'in.txt')]],
    [
      'an address',
      'https://data.invalid/x/a%20b.txt?v=1',
      [{ name: 'a b.txt', source: { kind: 'url', url: 'https://data.invalid/x/a%20b.txt?v=1' } }],
    ],
  ])('takes %s as an input', async ([, wish, expected]) => {
    expect(await found(wish)).toEqual(expected);
  });

  it('sees a pattern outside from where its fixed part ends', async () => {
    const jobs = { directory: at('jobs'), home: at('home') };
    const { input } = await readJobOptions({ input: ['../spectra/**/c*'] }, jobs);
    expect(bare(input)).toEqual([file('deep/c.mgf', 'spectra/deep/c.mgf')]);
  });

  it.for<[string, unknown]>([
    ['  --input: "lost*": no such file or directory, and nothing that matches', 'lost*'],
    ['  --input: "empty": the directory holds no file, and an empty one cannot travel', 'empty'],
    ['  --input: "odd": "/odd/lost" is a link that leads nowhere', 'odd'],
    ['  --input: "round": "/round/again" links to a directory that it is in', 'round'],
    ['  --input: "/dev/null": "/dev/null" is neither a file nor a directory', '/dev/null'],
    [
      '  --input: "https://data.invalid/": the address names no file: say "as", too',
      'https://data.invalid/',
    ],
    [
      '  --input: "spectra/*": expected a slash at the end of "as": a pattern can match many files',
      { from: 'spectra/*', as: 'x' },
    ],
  ])('says %s', async ([message, wish]) => {
    expect(await refusal(wish)).toBe(message);
  });
});
