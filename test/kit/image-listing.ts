import { openImage } from '../../src/tree/ext4/image.ts';

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
  const tree = openImage(image);
  try {
    const entry = [...tree.entries()].find((found) => found.path === path);
    if (entry === undefined) throw new Error(`${image} has no ${path}`);
    const contents = tree.contents(entry);
    const bytes = Buffer.alloc(entry.size);
    contents.read(bytes, 0);
    contents.close();
    return bytes.toString();
  } finally {
    tree.close();
  }
}
