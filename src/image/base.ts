import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { changeImage, type DebugfsOptions } from './debugfs.ts';

/** A manifest of all that an image holds, as it is stored, and the digest that names it. */
export interface BaseManifest {
  readonly bytes: Uint8Array;
  /** SHA-256 in lower-case hex. */
  readonly digest: string;
}

/** Lists what an image file holds, without mounting it. */
export type ReadBase = (image: string) => Promise<BaseManifest>;

const DIRECTORY = '/var/lib/apppot';

/**
 * Writes the base manifest into the image that it describes; the directory that it goes to is in no
 * manifest.
 *
 * @returns the base's digest.
 */
export async function recordBase(
  host: Host,
  image: string,
  readBase: ReadBase,
  options: DebugfsOptions,
): Promise<string> {
  const { bytes, digest } = await readBase(image);
  const files = { 'base.manifest': bytes, 'base.digest': `${digest}\n` };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(options.work, name), content);
  }
  await changeImage(host, image, [`cd ${DIRECTORY}`, ...Object.keys(files).flatMap(put)], options);
  return digest;
}

function put(name: string): string[] {
  return [
    `write ${name} ${name}`,
    `sif ${name} mode 0100644`,
    `sif ${name} uid 0`,
    `sif ${name} gid 0`,
  ];
}
