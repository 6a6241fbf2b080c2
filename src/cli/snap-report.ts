import type { BundleHead } from '../snap/head.ts';
import type { Output } from './output.ts';

/** The end of a command: lines for people on stderr, or one JSON line on stdout. */
export function report(
  out: Output,
  { json }: { readonly json: boolean },
  data: unknown,
  lines: readonly string[],
): void {
  if (json) out.result(data, '');
  else for (const line of lines) out.note(line);
}

/** `3 added, 1 modified, 0 deleted`, or that there is nothing. */
export function renderCounts({
  added,
  modified,
  deleted,
}: Pick<BundleHead, 'added' | 'modified' | 'deleted'>): string {
  if (added + modified + deleted === 0) return 'nothing changed';
  return `${added} added, ${modified} modified, ${deleted} deleted`;
}
