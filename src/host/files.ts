import type { Readable } from 'node:stream';

export interface FileEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Files of a machine, by absolute paths. What is not there is undefined, and no failure. */
export interface Files {
  list(path: string): Promise<readonly FileEntry[] | undefined>;
  readText(path: string): Promise<string | undefined>;
  /** The content as it comes. */
  read(path: string): Promise<Readable | undefined>;
  /** Whole or not at all. */
  writeText(path: string, text: string, mode: number): Promise<void>;
  /** With its parents, for its owner alone; one that is there stays as it is. */
  makeDirectory(path: string): Promise<void>;
  /** Copies a directory of this machine with all in it; links stand for what they point to. */
  copyIn(local: string, to: string): Promise<void>;
  /** @returns whether it was moved: not when it is not there, nor when the new name is taken. */
  move(from: string, to: string): Promise<boolean>;
  /** With all in it. */
  remove(path: string): Promise<void>;
}
