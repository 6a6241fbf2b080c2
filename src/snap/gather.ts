/** Turns many small writes into few large ones. */
export interface Gatherer {
  /** Copies the chunk, which is the caller's again when this resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** Passes on what is left. */
  flush(): Promise<void>;
}

/**
 * @param size Bytes of each large write but the last.
 * @param pass Takes a large write. The bytes are its own until it resolves to a buffer of `size`
 * bytes, the same or another, to gather in next.
 */
export function gatherer(size: number, pass: (bytes: Buffer) => Promise<Buffer>): Gatherer {
  let buffer: Buffer = Buffer.allocUnsafe(size);
  let used = 0;
  async function flush(): Promise<void> {
    if (used === 0) return;
    const full = buffer.subarray(0, used);
    used = 0;
    buffer = await pass(full);
  }
  return {
    async write(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const part = chunk.subarray(done, done + size - used);
        buffer.set(part, used);
        used += part.length;
        done += part.length;
        if (used === size) await flush();
      }
    },
    flush,
  };
}

/** A gatherer over something that is done with the bytes when it resolves. */
export function gathered(size: number, write: (bytes: Buffer) => Promise<unknown>): Gatherer {
  return gatherer(size, async (bytes) => {
    await write(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, size);
  });
}
