/** One path that the build puts into an image, over what the distribution's packages made. */
export type GuestEntry = FileEntry | DirectoryEntry | SymlinkEntry;

interface Owned {
  /** Absolute, in the guest. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

export interface FileEntry extends Owned {
  readonly type: 'file';
  readonly mode: number;
  readonly content: Buffer;
}

export interface DirectoryEntry extends Owned {
  readonly type: 'directory';
  readonly mode: number;
}

export interface SymlinkEntry extends Owned {
  readonly type: 'symlink';
  readonly target: string;
}
