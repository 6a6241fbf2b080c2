import type { FileHandle } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { feed } from '../host/feed.ts';
import { gathered, gatherer } from './gather.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

/** Takes an archive's bytes; what was written is complete only after `end`. */
export interface Sink {
  /** The chunk is the caller's again when this resolves. */
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

/** What goes to a file or program at once. */
const WRITE_BYTES = 2 ** 18;

function plainSink(file: FileHandle): Sink {
  const { write, flush } = gathered(WRITE_BYTES, (bytes) => file.writeFile(bytes));
  return { write, end: flush, abort: async () => undefined };
}

/** On all processors: how many there are makes no difference to the bytes. */
const ZSTD = ['zstd', '--quiet', '--stdout', '--threads=0', '-3', '-'];

async function zstdSink(file: FileHandle): Promise<Sink> {
  const zstd = await feed(ZSTD, { stdout: file.fd });
  const { write, flush } = gathered(WRITE_BYTES, zstd.write);
  return {
    write,
    async end() {
      await flush();
      await zstd.finish();
    },
    abort: zstd.abort,
  };
}

/** Bytes of archive in one gzip member: members are compressed side by side, on libuv's threads. */
const MEMBER_BYTES = 2 ** 19;
/** In one piece: each piece of output is a way to libuv's threads and back. */
const MOST_OUTPUT = MEMBER_BYTES + 2 ** 10;
const compress = promisify<Buffer, ZlibOptions, Buffer>(gzip);

function gzipSink(file: FileHandle): Sink {
  const lanes = Math.min(4, Math.max(1, cpus().length));
  const running: { readonly bytes: Buffer; readonly member: Promise<Buffer> }[] = [];
  /** Waits for the oldest member, writes it, and gives back the room that it was gathered in. */
  async function writeOldest(): Promise<Buffer | undefined> {
    const oldest = running[0];
    const member = await oldest?.member;
    running.shift();
    if (member !== undefined) await file.writeFile(member);
    return oldest?.bytes;
  }
  const { write, flush } = gatherer(MEMBER_BYTES, async (bytes) => {
    const member = compress(bytes, { chunkSize: MOST_OUTPUT });
    member.catch(() => undefined);
    running.push({ bytes, member });
    const free = running.length > lanes ? await writeOldest() : undefined;
    return free ?? Buffer.allocUnsafe(MEMBER_BYTES);
  });
  return {
    write,
    async end() {
      await flush();
      while (running.length > 0) await writeOldest();
    },
    async abort() {
      await Promise.allSettled(running.map(({ member }) => member));
    },
  };
}
