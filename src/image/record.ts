import { readFile } from 'node:fs/promises';
import { explain } from '../base/errno.ts';
import { AppPotError } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';
import { digestOfFile } from './digest.ts';
import { ImageError } from './errors.ts';
import type { InstalledPackage } from './packages.ts';

/** What is known of an image: the contents of the `.json` file beside it. See `docs/formats/image-json.md`. */
export interface ImageRecord {
  readonly format: typeof FORMAT;
  /** The recipe's name. */
  readonly name: string;
  readonly suite: string;
  readonly arch: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** SHA-256 of the image file. */
  readonly digest: string;
  /** Digest of the base manifest that is inside the image: changes bundles are bound to it. */
  readonly base: string;
  /** SHA-256 of the recipe with all that it extends and contains. */
  readonly recipe: string;
  readonly size: Bytes;
  /** Bytes that the file took on the disk where it was built. */
  readonly allocated: Bytes;
  readonly packages: readonly InstalledPackage[];
  /** Kernels that the image was seen to boot with. */
  readonly kernels: readonly string[];
}

export const FORMAT = 'apppot-image-1';

/** Where an image's record is. */
export function recordPath(image: string): string {
  return `${image}.json`;
}

export function renderRecord(record: ImageRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * Reads the record beside an image.
 *
 * @throws {ImageError} `RECORD_MISSING`, `RECORD_MALFORMED`
 */
export async function readRecord(image: string): Promise<ImageRecord> {
  const path = recordPath(image);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ImageError(`Cannot read "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'RECORD_MISSING',
      hint: 'An image built by "apppot image build" has this file beside it; keep them together.',
      cause,
    });
  });
  return parseRecord(text, path);
}

/**
 * @param path How messages name the text.
 * @throws {ImageError} `RECORD_MALFORMED`
 */
export function parseRecord(text: string, path: string): ImageRecord {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
    throw malformed(path, `expected the format "${FORMAT}" and its fields`);
  } catch (error) {
    throw error instanceof AppPotError ? error : malformed(path, 'it is not JSON');
  }
}

/**
 * Reads the whole image and compares it with its record.
 *
 * @throws {ImageError} `DIGEST_MISMATCH` naming both digests.
 */
export async function verifyImage(image: string, record: ImageRecord): Promise<void> {
  const found = await digestOfFile(image).catch((cause: unknown) => {
    throw new ImageError(`Cannot read "${image}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'RECORD_MISSING',
      cause,
    });
  });
  if (found === record.digest) return;
  throw new ImageError(
    `Cannot trust "${image}": its SHA-256 is ${found}, but ${record.digest} was recorded`,
    {
      kind: 'conflict',
      code: 'DIGEST_MISMATCH',
      hint: 'Somebody wrote to the image, or a copy was cut short: build or fetch it again.',
    },
  );
}

const TEXTS = ['name', 'suite', 'arch', 'created', 'digest', 'base', 'recipe'] as const;
const NUMBERS = ['size', 'allocated'] as const;
const LISTS = ['packages', 'kernels'] as const;

function isRecord(value: unknown): value is ImageRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return (
    fields.format === FORMAT &&
    TEXTS.every((name) => typeof fields[name] === 'string') &&
    NUMBERS.every((name) => typeof fields[name] === 'number') &&
    LISTS.every((name) => Array.isArray(fields[name]))
  );
}

function malformed(path: string, reason: string): ImageError {
  return new ImageError(`Cannot read "${path}": ${reason}`, {
    kind: 'conflict',
    code: 'RECORD_MALFORMED',
  });
}
