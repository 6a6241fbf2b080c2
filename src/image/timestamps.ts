import type { Entry } from '../tree/tree.ts';

const NANOSECONDS = 1_000_000_000n;

/**
 * Requests of debugfs(8) that make an image's times reproducible: no file is younger than the epoch,
 * and the times that no program can set are the epoch (reproducible-builds.org, SOURCE_DATE_EPOCH).
 *
 * @param epoch Seconds since 1970.
 */
export function clampRequests(entries: Iterable<Entry>, epoch: number): readonly string[] {
  const newest = BigInt(epoch) * NANOSECONDS;
  const requests = new Set<string>();
  for (const { ino, mtime } of entries) {
    for (const field of ['atime', 'ctime', 'crtime']) requests.add(sif(ino, field, epoch));
    if (mtime > newest) requests.add(sif(ino, 'mtime', epoch));
  }
  return [...requests];
}

function sif(ino: number, field: string, epoch: number): string {
  return `sif <${ino}> ${field} @${epoch}`;
}
