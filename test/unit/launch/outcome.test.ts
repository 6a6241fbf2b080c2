import { describe, expect, it } from 'vitest';
import { outcome } from '../../../src/launch/outcome.ts';

const END = { exitCode: 0, signal: null, log: '' };
const NO_REPORT = { timedOut: false };

describe('outcome()', () => {
  it("is the job's status, whatever became of the kernel after it", () => {
    const report = { status: 7, timedOut: false };
    expect(outcome(report, { exitCode: null, signal: 'SIGABRT', log: 'Kernel panic' })).toBe(7);
  });

  it.for([
    [126, 'conflict'],
    [127, 'missing'],
    [125, 'remote'],
  ] as const)('throws what process 1 says, status %i as %s', ([status, kind]) => {
    const report = { status, error: 'Cannot merge', timedOut: false };
    expect(() => outcome(report, END)).toThrow(
      expect.objectContaining({ message: 'Cannot merge', kind, code: 'GUEST_FAILED' }),
    );
  });

  it.for([
    ['mtime mismatch (12 vs 34) of COW header vs backing file', 'COW_MISMATCH', /times 12 vs 34/],
    ['F_SETLK failed, file already locked by pid 9', 'COW_LOCKED', /another guest is writing/],
    ['Kernel panic - not syncing: VFS: Unable to mount root fs on', 'IMAGE_FOREIGN', /mount/],
    ['Kernel panic - not syncing: Requested init /x failed (error -2).', 'IMAGE_FOREIGN', /no \//],
    [
      'Kernel panic - not syncing: sysrq triggered crash\r',
      'KERNEL_PANIC',
      /: sysrq triggered crash$/,
    ],
    ['/dev/shm must be not mounted noexec', 'TEMP_UNUSABLE', /noexec/],
    ['apppot-init: Cannot find the job: no word', 'GUEST_FAILED', /^Cannot find the job: no word$/],
    ['nothing known', 'GUEST_DIED', /ended with status 1$/],
  ] as const)('explains "%s"', ([line, code, message]) => {
    const log = `Core dump limits :\n${line}\nreboot\n`;
    const run = () => outcome(NO_REPORT, { exitCode: 1, signal: null, log });
    expect(run).toThrow(expect.objectContaining({ code }));
    expect(run).toThrow(message);
  });

  it('names the signal that ended the kernel', () => {
    expect(() => outcome(NO_REPORT, { exitCode: null, signal: 'SIGSEGV', log: '' })).toThrow(
      'its kernel ended by SIGSEGV',
    );
  });

  it.for([
    ['Bus error - the host /dev/shm or /tmp mount likely just ran out of space', /no room left/],
    ['I/O error, dev ubda, sector 5 op 0x0:(READ) flags 0x84700', /could not read its disk/],
    ['UML ran out of memory on the host side', /more pieces than the host allows/],
  ] as const)('explains the status of a job by "%s"', ([line, message]) => {
    const end = { ...END, log: `one\n${line}\ntwo\n` };
    expect(() => outcome({ status: 135, timedOut: false }, end)).toThrow(message);
    expect(() => outcome({ status: 135, timedOut: false }, end)).toThrow('(status 135)');
    expect(outcome({ status: 0, timedOut: false }, end)).toBe(0);
  });

  it.for([
    [null, 'SIGKILL'],
    [137, null],
  ] as const)('says that the kernel was killed: status %s, signal %s', ([exitCode, signal]) => {
    expect(() => outcome(NO_REPORT, { exitCode, signal, log: '' })).toThrow(
      expect.objectContaining({
        message: 'Cannot run the guest: its kernel was killed, by somebody or by the host',
        code: 'GUEST_KILLED',
      }),
    );
  });

  it.for([
    [{ kind: 'time limit' }, 124],
    [{ kind: 'signal', signal: 15 }, 143],
  ] as const)('is the status of whoever had to kill it: %j', ([killed, status]) => {
    expect(outcome(NO_REPORT, END, killed)).toBe(status);
  });

  it.for([
    [{ kind: 'command' }, 137, 'Cannot finish the job: the guest was killed by "apppot kill"'],
    [
      { kind: 'hang', hang: { kind: 'silence', after: 4 } },
      124,
      'Cannot finish the job: the guest hangs, silent for 4 s',
    ],
    [
      { kind: 'hang', hang: { kind: 'boot', after: 3 } },
      124,
      'Cannot run the guest: it did not get to its job in 3 s; its console ended with:\n' +
        '  | two\n  | three?[2J\n  | four',
    ],
  ] as const)('says why the guest was killed: %j', ([killed, guestStatus, message]) => {
    const log = 'one\r\ntwo\r\n\r\nepollctl add err fd 1\r\nthree\x1b[2J\r\nfour\r\n';
    expect(() => outcome(NO_REPORT, { ...END, log }, killed)).toThrow(
      expect.objectContaining({ guestStatus, message }),
    );
  });

  it("is the job's, and an explanation, when memory ran out", () => {
    const report = { status: 137, error: 'no memory', timedOut: false, isExhausted: true } as const;
    expect(() => outcome(report, END)).toThrow(
      expect.objectContaining({ guestStatus: 137, message: 'no memory', code: 'GUEST_EXHAUSTED' }),
    );
  });

  it('counts before the kill of a guest that had finished', () => {
    expect(outcome({ status: 0, timedOut: false }, END, { kind: 'command' })).toBe(0);
  });
});
