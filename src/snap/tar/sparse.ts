import type { Segment } from '../../tree/tree.ts';
import { BLOCK } from './header.ts';
import type { PaxRecords } from './pax.ts';

export function sparseRecords(name: string, size: number): PaxRecords {
  return [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', name],
    ['GNU.sparse.realsize', String(size)],
  ];
}

/** Segments cut to a size, for a file that shrank meanwhile. */
export function trimmed(segments: readonly Segment[], size: number): readonly Segment[] {
  return segments
    .map(({ offset, length }) => ({ offset, length: Math.min(length, size - offset) }))
    .filter(({ length }) => length > 0);
}

export function sum(segments: readonly Segment[]): number {
  return segments.reduce((total, { length }) => total + length, 0);
}

/** The map before a sparse member's data: decimal lines in whole blocks; a last hole ends in an empty segment. */
export function encodeMap(segments: readonly Segment[], size: number): Buffer {
  const last = segments.at(-1);
  const end = last === undefined ? 0 : last.offset + last.length;
  const all = end < size ? [...segments, { offset: size, length: 0 }] : segments;
  const text = `${all.length}\n${all.map(({ offset, length }) => `${offset}\n${length}\n`).join('')}`;
  return Buffer.concat([Buffer.from(text, 'latin1')], Math.ceil(text.length / BLOCK) * BLOCK);
}
