/**
 * What an image says of itself as a base: its digest and name, and what it leaves out.
 *
 * @module
 */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Pace } from '../base/pace.ts';
import { type ImageTree, openImage } from '../tree/ext4/image.ts';
import { stateDigest } from '../tree/ext4/state-digest.ts';
import { type ManifestTree, openManifest, parseManifest } from '../tree/manifest.ts';
import { MANIFEST_MAGIC } from '../tree/manifest-write.ts';
import { BASE_DIGEST, BASE_MANIFEST, recordBase } from './base.ts';
import { DEFAULT_EXCLUDES } from './default-exclude.ts';
import { SnapError } from './errors.ts';
import { exclusion, parseExcludeList } from './exclude.ts';

const EXCLUDE_LIST = 'etc/apppot/exclude';

/** More than this no list and no manifest has: 64 MiB are a few million entries. */
const LARGEST = 2 ** 26;

/** What changes of an image are bound to. */
export interface ImageBase {
  readonly digest: string;
  readonly name: string;
  /** Whether the image itself holds the digest, so that merges onto it can be checked. */
  readonly isRecorded: boolean;
}

/**
 * The base that was recorded in an image when it was built; one without goes by the state of its
 * filesystem, which takes no walk over all of it.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, `MANIFEST_MALFORMED`
 */
export function imageBase(tree: ImageTree): ImageBase {
  const recorded = readText(tree, BASE_DIGEST)?.trim();
  const isRecorded = recorded !== undefined && /^sha256:[0-9a-f]{64}$/.test(recorded);
  const manifest = findManifest(tree);
  const name = manifest?.name ?? nameOf(tree);
  if (isRecorded) return { digest: recorded, name, isRecorded };
  const digest = manifest?.digest ?? stateDigest(tree.filesystem.volume);
  return { digest, name, isRecorded };
}

/**
 * A base by any of its names: a manifest, a directory that one is recorded in, or an image, which is
 * recorded now if it was not when it was built, under the digest of {@link imageBase}.
 *
 * @throws {TreeError} as {@link openManifest} and {@link openImage}
 */
export async function openBase(path: string, pace?: Pace): Promise<ManifestTree> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return openManifest(join(path, BASE_MANIFEST));
  const isImage = stats !== undefined && !(stats.isFile() && isManifest(path));
  return isImage ? openImageBase(path, pace) : openManifest(path);
}

async function openImageBase(image: string, pace?: Pace): Promise<ManifestTree> {
  const tree = openImage(image);
  try {
    return findManifest(tree) ?? (await recordNow(tree, pace));
  } finally {
    tree.close();
  }
}

/**
 * The manifest inside an image.
 *
 * @throws {SnapError} `BASE_MISSING`
 * @throws {TreeError} `MANIFEST_MALFORMED`
 */
export function recordedManifest(tree: ImageTree): ManifestTree {
  const manifest = findManifest(tree);
  if (manifest !== undefined) return manifest;
  throw new SnapError(`Cannot find changes in "${tree.name}": no base is recorded inside it`, {
    kind: 'missing',
    code: 'BASE_MISSING',
    hint: 'Name the image as it was with --against, its COW file with --cow, or a manifest with --base.',
  });
}

function findManifest(tree: ImageTree): ManifestTree | undefined {
  const bytes = readWhole(tree, BASE_MANIFEST);
  return bytes === undefined ? undefined : parseManifest(bytes, `${tree.name}:/${BASE_MANIFEST}`);
}

/** The patterns of an image's own exclude list, or the ones that systems without a list get. */
export function excludesOf(tree: ImageTree): readonly string[] {
  const list = readText(tree, EXCLUDE_LIST);
  return list === undefined ? DEFAULT_EXCLUDES : parseExcludeList(list);
}

function isManifest(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(MANIFEST_MAGIC.length);
    return start.toString('latin1', 0, readSync(file, start)) === MANIFEST_MAGIC;
  } finally {
    closeSync(file);
  }
}

async function recordNow(tree: ImageTree, pace?: Pace): Promise<ManifestTree> {
  const skip = exclusion(excludesOf(tree));
  const options = { name: nameOf(tree), time: Date.now() / 1_000, skip };
  const { manifest } = await recordBase(tree, pace === undefined ? options : { ...options, pace });
  const digest = stateDigest(tree.filesystem.volume);
  return { ...parseManifest(manifest, tree.name), digest };
}

function nameOf({ name }: ImageTree): string {
  return basename(name);
}

function readText(tree: ImageTree, path: string): string | undefined {
  return readWhole(tree, path)?.toString('utf8');
}

function readWhole(tree: ImageTree, path: string): Buffer | undefined {
  const entry = tree.lookup(path);
  if (entry?.type !== 'file' || entry.size > LARGEST) return undefined;
  const bytes = Buffer.alloc(entry.size);
  const contents = tree.contents(entry);
  try {
    return bytes.subarray(0, contents.read(bytes, 0));
  } finally {
    contents.close();
  }
}
