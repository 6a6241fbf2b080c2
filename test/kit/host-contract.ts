import { expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';

const MIB = 2 ** 20;

/**
 * What every {@link Host} promises. The machine needs `sh`, `head`, `sleep` and `printf`.
 *
 * @param hostOf Called in each test.
 */
export function hostContract(hostOf: () => Host): void {
  it('run() gives both streams, and what was put in', async () => {
    const script = 'printf "out "; cat; echo err >&2';
    expect(await hostOf().run(['sh', '-c', script], { input: 'in' })).toEqual({
      stdout: 'out in',
      stderr: 'err',
    });
  });

  it('run() passes words as they are', async () => {
    const words = ['a b', "it's", '$HOME', '', '*', 'new\nline', '"', '\\'];
    const { stdout } = await hostOf().run(['printf', '[%s]', ...words]);
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''));
  });

  it.each([
    ['COMMAND_FAILED', ['sh', '-c', 'echo first >&2; echo reason >&2; exit 3'], /reason$/],
    ['COMMAND_NOT_FOUND', ['no-such-program'], /no-such-program/],
    ['COMMAND_TIMED_OUT', ['sleep', '600'], /sleep/],
  ] as const)('run() and stream() fail with %s', async (code, argv, message) => {
    const failure = expect.objectContaining({ code, message: expect.stringMatching(message) });
    const options = code === 'COMMAND_TIMED_OUT' ? { timeout: 0.3 } : {};
    await expect(hostOf().run(argv, options)).rejects.toEqual(failure);
    await expect(heard(hostOf().stream(argv, options))).rejects.toEqual(failure);
  });

  it('stream() gives every byte in order', async () => {
    const script = 'head -c 5242880 /dev/zero; printf end';
    const bytes = await heard(hostOf().stream(['sh', '-c', script]));
    expect(bytes.equals(Buffer.concat([Buffer.alloc(5 * MIB), Buffer.from('end')]))).toBe(true);
  });

  it('stream() gives what came before a failure, then fails', async () => {
    const pieces: Uint8Array[] = [];
    const all = async (): Promise<void> => {
      for await (const piece of hostOf().stream(['sh', '-c', 'printf part; exit 4'])) {
        pieces.push(piece);
      }
    };
    await expect(all()).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    expect(Buffer.concat(pieces).toString()).toBe('part');
  });

  it('stream() ends a program that is not heard to its end', async () => {
    // A program without an end: leaving the loop would wait for it.
    for await (const piece of hostOf().stream(['sh', '-c', 'while :; do echo line; done'])) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });

  it('stream() obeys its signal', async () => {
    const controller = new AbortController();
    const all = heard(
      hostOf().stream(['sh', '-c', 'echo on; sleep 600'], { signal: controller.signal }),
    );
    setImmediate(() => controller.abort());
    await expect(all).rejects.toThrow();
  });
}

async function heard(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}
