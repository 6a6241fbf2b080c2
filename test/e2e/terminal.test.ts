import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { quote } from '../../src/launch/shell.ts';
import { CASES, run, workDirectory } from '../kit/guest-run.ts';

describe.each(CASES)('$way as $as on a terminal', ({ way, as }) => {
  const work = workDirectory();

  /** Types each answer when its prompt shows up; script(1) provides the terminal. */
  async function converse(answers: readonly (readonly [prompt: RegExp, answer: string])[]) {
    const { bin, image } = inject('installed');
    const start = [join(bin, 'apppot-start'), '--image', image].map(quote).join(' ');
    const command = way === 'apppot-start' ? start : `${start} --print-script >s.sh; dash s.sh`;
    const waiting = [...answers];
    let seen = '';
    return run(['script', '-qefc', `stty rows 33 cols 101; ${command}`, '/dev/null'], {
      as,
      cwd: work.path,
      env: { TERM: 'dumb' },
      stdin: 'open',
      onSpawn(child) {
        child.stdout?.on('data', (chunk: Buffer) => {
          seen += chunk.toString();
          const [next] = waiting;
          if (next === undefined || !next[0].test(seen)) return;
          seen = '';
          waiting.shift();
          child.stdin?.write(next[1]);
        });
      },
    });
  }

  it('gives a shell with the size of the window, and its exit status', async () => {
    const { status, stdout } = await converse([
      [/[$#] $/, 'stty size; tty\n'],
      [/tty1[\s\S]*[$#] $/, 'exit 5\n'],
    ]);
    expect(stdout.toString()).toMatch(/33 101\r\n\/dev\/tty1\r\n/);
    expect(status).toBe(5);
  });

  it('gives Ctrl-C to the job, not to itself', async () => {
    const { status, stdout } = await converse([
      [/[$#] $/, 'sh -c "echo wait; exec sleep 1000"\n'],
      [/\nwait\r\n$/, '\x03'],
      [/[$#] $/, 'echo now $?\n'],
      [/now 130[\s\S]*[$#] $/, 'exit 0\n'],
    ]);
    expect(stdout.toString()).toContain('now 130\r\n');
    expect(status).toBe(0);
  });
});
