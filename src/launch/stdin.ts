/**
 * Feeds the job's stdin: pieces, each a file in the control directory and a word on the control line.
 *
 * A console or serial line would lose bytes at the end of input; a pipe does not cross hostfs.
 *
 * @module
 */

import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How many pieces may wait for the guest, so that a long input does not fill the host's disk. */
const PIECES_AHEAD = 32;
const PIECE_BYTES = 1_048_576;
const PAUSE_MS = 20;

/**
 * Copies `source` to the job until it ends or the job closes its stdin.
 *
 * @param tell Sends a line to the guest.
 */
export async function feed(
  source: AsyncIterable<Uint8Array>,
  control: string,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let number = 0;
  const put = async (piece: Uint8Array): Promise<void> => {
    while (isWaiting(control, number - PIECES_AHEAD) && !signal.aborted) await sleep(PAUSE_MS);
    writeFileSync(`${control}/piece`, piece, { flag: 'wx' });
    renameSync(`${control}/piece`, `${control}/stdin.${number}`);
    number += 1;
    tell('data');
  };
  const isOver = (): boolean => signal.aborted || existsSync(`${control}/stdin.closed`);
  try {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        if (isOver()) return;
        await put(chunk.subarray(start, start + PIECE_BYTES));
      }
    }
  } finally {
    if (!isOver()) await put(new Uint8Array());
  }
}

function isWaiting(control: string, number: number): boolean {
  return (
    number >= 0 &&
    existsSync(`${control}/stdin.${number}`) &&
    !existsSync(`${control}/stdin.closed`)
  );
}
