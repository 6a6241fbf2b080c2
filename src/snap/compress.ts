import type { FileHandle } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { feed } from '../host/feed.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

/** Takes an archive's bytes; what was written is complete only after `end`. */
export interface Sink {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Stops at once; the file is the caller's to remove. */
  abort(): Promise<void>;
}

/** `.tar.gz` and `.tgz`, `.tar.zst` and `.tzst`, `.tar`; gzip for any other name. */
export function compressionOf(file: string): Compression {
  if (/\.(?:tar\.zst|tzst)$/.test(file)) return 'zstd';
  return file.endsWith('.tar') ? 'none' : 'gzip';
}

/** @throws {HostError} `COMMAND_NOT_FOUND` when zstd is asked for and not installed. */
export async function sinkFor(compression: Compression, file: FileHandle): Promise<Sink> {
  if (compression === 'zstd') return zstdSink(file);
  return compression === 'gzip' ? gzipSink(file) : plainSink(file);
}

function plainSink(file: FileHandle): Sink {
  return {
    write: (chunk) => file.writeFile(chunk),
    end: async () => undefined,
    abort: async () => undefined,
  };
}

async function zstdSink(file: FileHandle): Promise<Sink> {
  const zstd = await feed(['zstd', '--quiet', '--stdout', '-3', '-'], { stdout: file.fd });
  return { write: zstd.write, end: zstd.finish, abort: zstd.abort };
}

/** Bytes of archive in one gzip member: members are compressed side by side, on libuv's threads. */
const MEMBER_BYTES = 4 * 2 ** 20;
const compress = promisify<Buffer, Buffer>(gzip);

function gzipSink(file: FileHandle): Sink {
  const lanes = Math.min(4, Math.max(1, cpus().length));
  const running: Promise<Buffer>[] = [];
  let gathered: Buffer[] = [];
  let size = 0;
  async function drain(left: number): Promise<void> {
    while (running.length > left) {
      const member = await running[0];
      running.shift();
      if (member !== undefined) await file.writeFile(member);
    }
  }
  function start(): void {
    const member = compress(Buffer.concat(gathered, size));
    member.catch(() => undefined);
    running.push(member);
    gathered = [];
    size = 0;
  }
  return {
    async write(chunk) {
      gathered.push(chunk);
      size += chunk.length;
      if (size < MEMBER_BYTES) return;
      start();
      await drain(lanes);
    },
    async end() {
      if (size > 0) start();
      await drain(0);
    },
    async abort() {
      await Promise.allSettled(running);
    },
  };
}
