/**
 * A bundle: an archive of changes, bound to its base, that is an OCI image layer as well. The format
 * is `docs/formats/bundle.md`.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { explain } from '../base/errno.ts';
import { AppPotError, errnoOf } from '../base/errors.ts';
import { NO_PACE, type Pace } from '../base/pace.ts';
import type { Bytes } from '../base/units.ts';
import { writeAtomically } from '../host/atomic.ts';
import { showPath } from '../tree/byte-path.ts';
import { comparePaths, type Entry, type Tree } from '../tree/tree.ts';
import { type Change, countChanges, type Difference } from './change.ts';
import { compressionOf, type Sink, sinkFor } from './compress.ts';
import { SnapError } from './errors.ts';
import { type BundleHead, encodeNote, type Note } from './head.ts';
import { NOTE_NAME, needsEscape, toMemberName, toWhiteout } from './names.ts';
import { openContents } from './seal.ts';
import { encodeEnd, encodeMember, encodePlainFile } from './tar/write.ts';

export interface BundleOptions extends Pick<BundleHead, 'base' | 'name' | 'time' | 'tool'> {
  /** Receives one sentence about each thing that is left out. */
  readonly warn?: (text: string) => void;
  /** Stops the writing, too, and leaves no file. */
  readonly pace?: Pace;
}

export interface Written extends BundleHead {
  readonly size: Bytes;
}

/**
 * Writes a bundle; the file's name chooses the compression.
 *
 * @param tree The later one, where contents are read.
 * @throws {HostError} `FILE_UNWRITABLE`, or `COMMAND_NOT_FOUND` for a missing zstd.
 */
export async function writeBundle(
  file: string,
  tree: Tree,
  { changes, holders }: Difference,
  options: BundleOptions,
): Promise<Written> {
  const { warn = () => undefined, pace = NO_PACE, ...facts } = options;
  const kept = changes.filter((change) => isKept(change, warn));
  const head = { ...facts, ...countChanges(kept) };
  await writeArchive(file, async (write) => {
    for (const chunk of encodeBundle(head, tree, { changes: kept, holders }, { warn, pace })) {
      if (pace.step(0, chunk.length)) await pace.rest();
      await write(chunk);
    }
  });
  return { ...head, size: (await stat(file)).size };
}

/** Compresses and writes an archive's chunks; the file appears when it is whole. */
export async function writeArchive(
  file: string,
  fill: (write: Sink['write']) => Promise<void>,
): Promise<void> {
  await writeAtomically(file, async (handle) => {
    const sink = await sinkFor(compressionOf(file), handle);
    try {
      await fill(sink.write);
      await sink.write(encodeEnd());
      await sink.end();
    } catch (error) {
      await sink.abort();
      throw unwritable(file, error);
    }
  });
}

/** A full disk and its like are no bug of ours. */
function unwritable(file: string, cause: unknown): unknown {
  const errno = errnoOf(cause);
  if (cause instanceof AppPotError || errno === undefined) return cause;
  return new SnapError(`Cannot write bundle "${file}": ${explain(cause)}`, {
    kind: 'conflict',
    code: 'BUNDLE_UNWRITABLE',
    hint: 'Nothing of it was left behind. Make room, or choose another place.',
    cause,
  });
}

function isKept(change: Change, warn: (text: string) => void): boolean {
  if (change.kind === 'delete' || change.after.type !== 'socket') return true;
  warn(`"${showPath(change.path)}" is left out: it is a socket`);
  return false;
}

function* encodeBundle(
  head: BundleHead,
  tree: Tree,
  { changes, holders }: Difference,
  options: Encoding,
): Generator<Buffer> {
  const deletions = changes.filter(({ kind }) => kind === 'delete').map(({ path }) => path);
  const entries = changes
    .flatMap((change) => (change.kind === 'delete' ? [] : [change.after]))
    .concat(holders)
    .sort((a, b) => comparePaths(a.path, b.path));
  const escaped = entries.filter(({ path }) => needsEscape(path)).length;
  options.pace.begin({ doing: 'packing', entries: entries.length });
  yield* encodeStart({ head, deletions, escaped });
  tree.prefetch?.(entries);
  yield* encodeEntries(tree, entries, options);
}

type Encoding = Required<Pick<BundleOptions, 'warn' | 'pace'>>;

/** What comes before the entries: the note, and a whiteout for each deletion. */
export function* encodeStart(note: Note): Generator<Buffer> {
  const { time } = note.head;
  yield* encodePlainFile(NOTE_NAME, time, encodeNote(note));
  for (const path of note.deletions) {
    yield* encodePlainFile(toWhiteout(path), time, Buffer.alloc(0));
  }
}

function* encodeEntries(
  tree: Tree,
  entries: readonly Entry[],
  { warn, pace }: Encoding,
): Generator<Buffer> {
  const leaders = new Map<number, string>();
  for (const entry of entries) {
    const name = entry.path === '' ? '.' : toMemberName(entry.path);
    const group = groupOf(entry);
    const link = leaders.get(group);
    pace.step(1);
    const written = yield* encodeEntry(tree, entry, name, link);
    if (!written) warn(`"${showPath(entry.path)}" is left out: it vanished while it was read`);
    else if (group !== ALONE) leaders.set(group, link ?? name);
  }
}

const ALONE = -1;

/** Entries of one group are hard links of each other. */
function groupOf({ nlink, type, ino }: Entry): number {
  return nlink > 1 && type !== 'directory' ? ino : ALONE;
}

/** @returns false when the file is gone meanwhile. */
function* encodeEntry(
  tree: Tree,
  entry: Entry,
  name: string,
  link: string | undefined,
): Generator<Buffer, boolean> {
  if (link !== undefined) {
    yield* encodeMember(entry, { name, link });
    return true;
  }
  const contents = entry.type === 'file' ? openContents(tree, entry) : undefined;
  if (entry.type === 'file' && contents === undefined) return false;
  try {
    yield* encodeMember(entry, { name, contents, xattrs: tree.xattrs(entry) });
    return true;
  } finally {
    contents?.close();
  }
}
