import { exclusion, parseExcludeList } from '../../src/snap/exclude.ts';
import { changesSince } from '../../src/snap/ways.ts';
import { openImage } from '../../src/tree/ext4/image.ts';
import { parseManifest } from '../../src/tree/manifest.ts';

/** `PATH TYPE MODE UID:GID [-> TARGET | SIZE]` of everything in an image, in the order of a walk. */
export function listImage(image: string): string[] {
  const tree = openImage(image);
  try {
    return [...tree.entries()].map(({ path, type, mode, uid, gid, target, size }) => {
      const rest = type === 'file' ? ` ${size}` : target === undefined ? '' : ` -> ${target}`;
      return `${path} ${type} ${mode.toString(8)} ${uid}:${gid}${rest}`;
    });
  } finally {
    tree.close();
  }
}

/** The text of one file in an image. */
export function readInImage(image: string, path: string): string {
  return bytesInImage(image, path).toString();
}

function bytesInImage(image: string, path: string): Buffer {
  const tree = openImage(image);
  try {
    const entry = [...tree.entries()].find((found) => found.path === path);
    if (entry === undefined) throw new Error(`${image} has no ${path}`);
    const contents = tree.contents(entry);
    const bytes = Buffer.alloc(entry.size);
    contents.read(bytes, 0);
    contents.close();
    return bytes;
  } finally {
    tree.close();
  }
}

/** What differs between an image and the base manifest inside it: `KIND PATH` each. */
export async function changesInImage(image: string): Promise<string[]> {
  const base = parseManifest(bytesInImage(image, 'var/lib/apppot/base.manifest'), image);
  const skip = exclusion(parseExcludeList(readInImage(image, 'etc/apppot/exclude')));
  const tree = openImage(image);
  try {
    const { changes } = await changesSince(base, tree, { skip });
    return changes.map(({ kind, path }) => `${kind} ${path}`);
  } finally {
    tree.close();
  }
}
