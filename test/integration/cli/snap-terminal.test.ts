import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { quote } from '../../../src/launch/shell.ts';
import { imageLab } from '../../kit/image-lab.ts';
import { shell } from '../../kit/shell.ts';
import { type SnapProgram, snapProgram } from '../../kit/snap-program.ts';
import { tempDirectory } from '../../kit/temp.ts';

let directory: string;
let program: SnapProgram;

beforeEach(() => {
  directory = tempDirectory();
  program = snapProgram(directory);
  shell(
    directory,
    'mkdir base now out; head -c 96M /dev/urandom > now/f; touch -d 2001-01-01 base now',
  );
});

/** A command on a terminal of 70 columns. */
interface Session {
  /** All that it wrote; the sequence that erases a line's end by name. */
  written(): string;
  type(text: string): void;
  /** Waits until `isDone`, holds it for longer than a second, and lets it go on. */
  holdWhen(isDone: () => boolean): Promise<void>;
  until(isDone: () => boolean): Promise<void>;
  readonly status: Promise<number | null>;
}

function session(words: readonly string[], kind = 'xterm'): Session {
  const command = [process.execPath, `${directory}/apppot-snap.cjs`, ...words].map(quote).join(' ');
  const child = spawn(
    'script',
    ['-qefc', `stty cols 70; echo $$ > ${directory}/pid; exec ${command}`, '/dev/null'],
    { cwd: directory, env: { ...process.env, TERM: kind }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const until = (isDone: () => boolean): Promise<void> => polled(child, isDone);
  return {
    written: () => written.replaceAll('\x1b[K', '<erase>'),
    type: (text) => void child.stdin.write(text),
    async holdWhen(isDone) {
      await until(isDone);
      const pid = Number(readFileSync(`${directory}/pid`, 'utf8'));
      process.kill(pid, 'SIGSTOP');
      await sleep(1_100);
      process.kill(pid, 'SIGCONT');
      // script(1) stops along with what it runs.
      child.kill('SIGCONT');
    },
    until,
    status: new Promise((resolve) => child.once('close', resolve)),
  };
}

async function polled(child: ChildProcess, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    if (child.exitCode !== null) throw new Error('it ended before');
    await sleep(2);
  }
}

/** What stands on the screen in the end. */
function screenOf(written: string): string {
  const lines = written.split('\n').map((line) => {
    let shown = '';
    for (const part of line.split('\r')) {
      const [text = '', erased] = part.split('<erase>');
      shown = erased === undefined ? text + shown.slice(text.length) : text + erased;
    }
    return shown;
  });
  return lines.join('\n');
}

const isWriting = (): boolean =>
  existsSync(`${directory}/out`) && readdirSync(`${directory}/out`).length > 0;
const CHANGES = ['changes', 'out/c.tar', '--root', 'now', '--against', 'base'];
const PACKED = CHANGES.with(1, 'out/c.tar.gz');
const LINE = /\rpacking: \d of 2 entries.*<erase>/;

it('shows how far it is after a second, on one line that is gone in the end', async () => {
  const { holdWhen, status, written } = session(CHANGES);
  await holdWhen(isWriting);
  expect(await status).toBe(0);
  expect(written()).toMatch(LINE);
  expect(screenOf(written())).toBe('1 added, 0 modified, 0 deleted: 96.0 MiB in out/c.tar\n');
});

it('clears the line at Ctrl-C, which it obeys wherever it is', async () => {
  const { holdWhen, until, type, status, written } = session(PACKED);
  await holdWhen(isWriting);
  await until(() => LINE.test(written()));
  type('\x03');
  expect(await status).toBe(130);
  expect(screenOf(written())).toBe('stopped by SIGINT: nothing is left behind\n');
  expect(readdirSync(`${directory}/out`)).toEqual([]);
});

it('clears the line before it complains', async () => {
  program.run(PACKED);
  shell(directory, 'truncate -s 90M out/c.tar.gz');
  const { holdWhen, status, written } = session(['verify', 'out/c.tar.gz']);
  await holdWhen(() => opened().includes(`${directory}/out/c.tar.gz`));
  expect(await status).toBe(5);
  expect(written()).toMatch(/\rreading: (?:\d entries, )?[\d.]+ (?:B|KiB|MiB) of 90.0 MiB<erase>/);
  expect(screenOf(written())).toMatch(/^apppot-snap: Cannot read bundle "out\/c.tar.gz": /);
});

it('shows how far the comparison of two images is', async () => {
  const lab = imageLab();
  onTestFinished(lab.end);
  shell(
    directory,
    `truncate -s 32M now/f; echo x > now/x; mkdir -p now/var/lib/apppot
    echo sha256:${'0'.repeat(64)} > now/var/lib/apppot/base.digest`,
  );
  const base = lab.mke2fs('base', ['-t', 'ext4'], '64M', `${directory}/now`);
  const next = lab.path('next');
  copyFileSync(base, next);
  lab.debugfs(next, ['rm x']);
  const { holdWhen, status, written } = session(['diff', '--image', next, '--against', base]);
  await holdWhen(() => opened().includes(base));
  expect(await status).toBe(0);
  expect(written()).toMatch(/\rcomparing blocks.*<erase>/);
  expect(screenOf(written())).toBe('D /x\n');
});

it.each([
  ['with -q', 'xterm', ['-q'], ''],
  [
    'where the terminal is dumb',
    'dumb',
    [],
    '1 added, 0 modified, 0 deleted: 96.0 MiB in out/c.tar\r\n',
  ],
])('shows nothing %s', async (_, kind, words, wanted) => {
  const { holdWhen, status, written } = session([...CHANGES, ...words], kind);
  await holdWhen(isWriting);
  expect(await status).toBe(0);
  expect(written()).toBe(wanted);
});

/** Files that the program holds open. */
function opened(): readonly string[] {
  try {
    const files = `/proc/${readFileSync(`${directory}/pid`, 'utf8').trim()}/fd`;
    return readdirSync(files).map((fd) => readlinkSync(`${files}/${fd}`));
  } catch {
    return [];
  }
}
