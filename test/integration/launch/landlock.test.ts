import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tryLandlock } from '../../../src/launch/sandbox.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);
const SYSTEM = ['/usr', '/lib', '/bin'].flatMap((path) => ['--run', path]);

beforeAll(() => {
  for (const name of ['in', 'out']) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/file`), 'text');
  }
});

/** What a shell says and does that may open the system's programs and what is named. */
function confined(script: string, options: readonly string[] = ['--write', at('in')]) {
  const trial = tryLandlock();
  if ('fault' in trial) throw new Error(trial.fault);
  const shell = ['/bin/sh', '-c', script, 'sh', directory.path];
  const words = [...SYSTEM, '--read', '?/etc/ld.so.cache', '--write', '/dev/null', ...options];
  const { status, stdout, stderr } = spawnSync(trial.program, [...words, '--', ...shell], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  return { status, stdout, stderr };
}

describe('apppot-confine', () => {
  it('leaves what was named', () => {
    const script = 'cat "$1/in/file"; echo new >"$1/in/new"; mv "$1/in/new" "$1/in/newer"';
    expect(confined(script)).toEqual({ status: 0, stdout: 'text', stderr: '' });
    expect(readFileSync(at('in/newer'), 'utf8')).toBe('new\n');
  });

  it.for([
    ['reading', 'cat "$1/out/file"'],
    ['writing', 'echo more >>"$1/out/file"'],
    ['making', ': >"$1/out/made"'],
    ['cutting', 'truncate -s 0 "$1/out/file"'],
    ['removing', 'rm -f "$1/out/file"'],
    ['moving away', 'mv "$1/out/file" "$1/in/"'],
    ['linking', 'ln "$1/out/file" "$1/in/linked"'],
    ['listing', 'ls "$1/out"'],
    ['writing what is for reading', 'echo more >>"$1/in/file"', ['--read', '/']],
    ['running what is for reading', '"$1/in/sh" -c :', ['--read', '/']],
    ['looking at other processes', 'ls -l /proc/1/fd', ['--read', '/proc']],
  ] as const)('forbids %s', ([, script, options]) => {
    execFileSync('cp', ['/bin/sh', at('in/sh')]);
    const { status, stderr } = confined(script, options);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Permission denied|cross-device link/);
    expect(readFileSync(at('out/file'), 'utf8')).toBe('text');
  });

  it('forbids signals to other processes', () => {
    const other = spawn('sleep', ['1000']);
    try {
      expect(confined(`kill ${other.pid}`)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('Operation not permitted'),
      });
    } finally {
      other.kill();
    }
  });

  it.for([
    ['TCP', 'socket(S, PF_INET, SOCK_STREAM, 0)'],
    ['UDP', 'socket(S, PF_INET, SOCK_DGRAM, 0)'],
    ['routing tables', 'socket(S, 16, SOCK_RAW, 0)'],
  ])('leaves sockets of this machine only, when asked: no %s', ([, call]) => {
    const script = `perl -MSocket -e '${call} or die "$!\\n"'`;
    expect(confined(script).status).toBe(0);
    expect(confined(script, ['--local'])).toMatchObject({
      status: 13,
      stderr: 'Permission denied\n',
    });
  });

  it('leaves sockets in the filesystem', async () => {
    const server = createServer().listen(at('in/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const call =
      'socket(S, PF_UNIX, SOCK_STREAM, 0) and connect(S, sockaddr_un("$ARGV[0]/in/socket"))';
    const script = `perl -MSocket -e '${call} or die "$!\\n"' "$1"`;
    expect(confined(script, ['--local'])).toEqual({ status: 0, stdout: '', stderr: '' });
    server.close();
  });

  it.for([
    [['--write', '/no/such'], 'open "/no/such": No such file or directory'],
    [['--what'], 'understand "--what"'],
  ] as const)('refuses %j', ([options, reason]) => {
    expect(confined('true', options)).toEqual({
      status: 125,
      stdout: '',
      stderr: `apppot-confine: Cannot ${reason}\n`,
    });
  });
});
