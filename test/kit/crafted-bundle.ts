import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encodeNote } from '../../src/snap/head.ts';
import { fromWhiteout, NOTE_NAME } from '../../src/snap/names.ts';
import { encodeEnd, encodeMember, encodePlainFile } from '../../src/snap/tar/write.ts';
import type { Entry } from '../../src/tree/tree.ts';
import { entry } from './memory-tree.ts';

export const CRAFTED_BASE = `sha256:${'a'.repeat(64)}`;

/** One member as a hostile hand would write it: the name as it is, whatever it is. */
export interface Crafted extends Partial<Omit<Entry, 'path'>> {
  readonly name: string;
  readonly link?: string;
  readonly text?: string;
}

/** Writes an archive that may break every rule of bundles; `deleted` is how many deletions its note names. */
export function craftBundle(file: string, members: readonly Crafted[], deleted = 0): string {
  const head = {
    base: CRAFTED_BASE,
    name: 'b',
    time: 1,
    tool: 't',
    added: 0,
    modified: 0,
    deleted,
  };
  const named = members.flatMap(({ name }) => fromWhiteout(name) ?? []);
  const deletions = [...named, ...Array<string>(deleted).fill('more')].slice(0, deleted);
  const note = encodeNote({ head, deletions, escaped: 0 });
  const chunks = [...encodePlainFile(NOTE_NAME, 1, note)];
  for (const { name, link, text = '', ...sketch } of members) {
    const bytes = Buffer.from(text);
    const contents = {
      segments: () => (bytes.length === 0 ? [] : [{ offset: 0, length: bytes.length }]),
      read: (target: Uint8Array, offset: number) => bytes.copy(target, 0, offset),
      close: () => undefined,
    };
    const full = entry(name, { size: bytes.length, ...sketch });
    chunks.push(...encodeMember(full, { name, link, ...(bytes.length > 0 && { contents }) }));
  }
  writeFileSync(file, gzipSync(Buffer.concat([...chunks, encodeEnd()])));
  return file;
}
