import { readFileSync } from 'node:fs';
import type { BytePath } from './tree.ts';

/**
 * Mount points of this process, as absolute byte paths; none where the kernel does not tell.
 * Bind mounts of one filesystem are told by nothing else. Format: proc(5), /proc/PID/mountinfo.
 */
export function mountPoints(): ReadonlySet<BytePath> {
  try {
    return parseMountInfo(readFileSync('/proc/self/mountinfo', 'latin1'));
  } catch {
    return new Set();
  }
}

export function parseMountInfo(text: string): ReadonlySet<BytePath> {
  const points = text.split('\n').map((line) => line.split(' ')[4] ?? '');
  return new Set(points.filter(Boolean).map(unescapeOctal));
}

/** `\040` → a blank, as in mountinfo and in the dumps of getfattr(1). */
export function unescapeOctal(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      )
    : text;
}
