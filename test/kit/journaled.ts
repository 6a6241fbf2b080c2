import { writeFileSync } from 'node:fs';
import type { ImageLab } from './image-lab.ts';

export interface JournalOptions {
  /** Arguments of debugfs' `jo`, such as `-c -v 2`. */
  readonly open?: string;
  /** What the file's first block shall be, once the journal is replayed. */
  readonly content?: Uint8Array;
}

/**
 * Leaves a transaction in an image's journal that replaces the first block of a file, and one that
 * writes and then revokes its second block.
 */
export function writeJournal(
  lab: ImageLab,
  image: string,
  file: string,
  { open = '', content = Buffer.alloc(1_024, 'replayed') }: JournalOptions = {},
): void {
  const [first, second] = lab.ask(image, `blocks ${file}`).trim().split(/\s+/);
  const block = lab.path('journal-block');
  writeFileSync(block, content);
  lab.debugfs(image, [
    `jo ${open}`,
    `jw -b ${first} ${block}`,
    `jw -b ${second} ${block}`,
    `jw -r ${second}`,
    'jc',
  ]);
}
