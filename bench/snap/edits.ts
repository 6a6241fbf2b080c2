import { dirname } from 'node:path';
import { random } from './random.ts';
import type { MadeTree } from './tree.ts';

/** How many of each kind: 200 in all. */
const EDITS = { append: 70, chmod: 20, chown: 10, xattr: 10, remove: 40, rename: 10, create: 40 };

const COMMANDS: Readonly<Record<keyof typeof EDITS, (file: string, number: number) => string>> = {
  append: (file, number) => `echo appended ${number} >> ${file}`,
  chmod: (file) => `chmod 0701 ${file}`,
  chown: (file) => `chown 1234:2345 ${file}`,
  xattr: (file, number) => `setfattr -n user.bench -v ${number} ${file}`,
  remove: (file) => `rm ${file}`,
  rename: (file) => `mv ${file} ${file}.renamed`,
  create: (file, number) => `head -c 4000 /dev/urandom > ${dirname(file)}/created-${number}`,
};

/** A shell script that edits the tree below the directory that is its first argument. */
export function editScript({ files }: MadeTree): string {
  const draw = random(2);
  const edited = new Set<string>();
  function another(): string {
    for (;;) {
      const file = `./${draw.one(files)}`;
      if (edited.has(file)) continue;
      edited.add(file);
      return file;
    }
  }
  const kinds = Object.keys(EDITS) as (keyof typeof EDITS)[];
  const lines = kinds.flatMap((kind) =>
    Array.from({ length: EDITS[kind] }, (_, number) => COMMANDS[kind](another(), number)),
  );
  return `set -e\ncd "$1"\n${lines.join('\n')}\n`;
}
