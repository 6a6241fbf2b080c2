/** Takes exact lengths out of a stream of chunks. */
export interface ByteReader {
  /** @returns exactly `length` bytes, or undefined at the very end. @throws {RangeError} in between. */
  take(length: number): Promise<Buffer | undefined>;
  /** As {@link ByteReader.take}, in pieces as they come. */
  pieces(length: number): AsyncGenerator<Buffer>;
  /**
   * Reads what follows the archive, so that a decompressor checks its last sums.
   *
   * @throws {RangeError} when there is more than padding.
   */
  finish(): Promise<void>;
  /** Lets go of the source, read or not. */
  close(): Promise<void>;
}

/** GNU tar fills up to 10 KiB by default, to 512 blocks at most. */
const MAX_PADDING = 2 ** 20;

const NOTHING = Buffer.alloc(0);

export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = NOTHING;
  /** At least one byte, unless the stream ended. */
  async function fill(): Promise<boolean> {
    while (rest.length === 0) {
      const step = await chunks.next();
      if (step.done) return false;
      rest = Buffer.from(step.value.buffer, step.value.byteOffset, step.value.byteLength);
    }
    return true;
  }
  async function* pieces(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (!(await fill())) throw new RangeError('it ends too early');
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
  return {
    async take(length) {
      if (!(await fill())) return undefined;
      const parts: Buffer[] = [];
      for await (const piece of pieces(length)) parts.push(piece);
      return parts.length === 1 ? parts[0] : Buffer.concat(parts);
    },
    pieces,
    async finish() {
      for (let size = 0; await fill(); rest = NOTHING) {
        size += rest.length;
        if (size > MAX_PADDING) throw new RangeError('it goes on after its end');
      }
    },
    async close() {
      await chunks.return?.();
    },
  };
}
