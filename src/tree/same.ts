import type { Entry, Xattrs } from './tree.ts';

/** Whether two entries of one type have equal attributes, times of change and inodes apart. */
export function sameAttributes(a: Entry, b: Entry): boolean {
  return (
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.size === b.size &&
    a.mtime === b.mtime &&
    a.target === b.target &&
    a.major === b.major &&
    a.minor === b.minor
  );
}

export function sameXattrs(a: Xattrs, b: Xattrs): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([name, value]) => {
    const other = b.get(name);
    return other !== undefined && Buffer.compare(value, other) === 0;
  });
}
