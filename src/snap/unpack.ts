import type { Pace } from '../base/pace.ts';
import { feed } from '../host/feed.ts';
import type { BytePath, Entry } from '../tree/tree.ts';
import { readBundle } from './bundle-read.ts';
import { SnapError } from './errors.ts';
import { type Gatherer, gathered } from './gather.ts';
import { fromMemberName } from './names.ts';
import { padding } from './tar/body.ts';
import type { Member } from './tar/read.ts';
import { encodeEnd, encodeHead } from './tar/write.ts';

const TAR =
  'tar --extract --file=- --same-permissions --numeric-owner --delay-directory-restore --xattrs --xattrs-include=* --warning=no-unknown-keyword --warning=no-timestamp';

const WRITE_BYTES = 2 ** 18;

/**
 * Unpacks a bundle's entries by GNU tar: real names, whiteouts left out. The landing of each was
 * looked at before; tar replaces what is no directory, and follows no symlink at a member's own place.
 *
 * @throws {SnapError} `MERGE_INCOMPLETE` when tar could not do all of it.
 */
export async function unpack(
  file: string,
  root: string,
  onEntry: (path: BytePath) => void,
  pace: Pace,
): Promise<void> {
  const owner = process.getuid?.() === 0 ? '--same-owner' : '--no-same-owner';
  const tar = await feed([...TAR.split(' '), owner], { cwd: root });
  const { write, flush } = gathered(WRITE_BYTES, tar.write);
  try {
    for await (const part of readBundle(file, pace, 'merging')) {
      if (part.kind !== 'entry') continue;
      onEntry(part.entry.path);
      await pass(write, part.entry, part.member);
    }
    await write(encodeEnd());
    await flush();
  } catch (error) {
    await tar.abort();
    throw error;
  }
  const { status, stderr } = await tar.end();
  if (status !== 0) throw incomplete(file, stderr);
}

async function pass(
  write: Gatherer['write'],
  entry: Entry,
  { link, xattrs, stored, chunks }: Member,
): Promise<void> {
  const linkTarget = link === undefined ? {} : { link: `./${fromMemberName(link)}` };
  const name = entry.path === '' ? '.' : `./${entry.path}`;
  const records = stored.records.map(
    ([key, value]) => [key, key === 'GNU.sparse.name' ? name : value] as const,
  );
  for (const chunk of encodeHead(entry, { name, xattrs, ...linkTarget }, { ...stored, records })) {
    await write(chunk);
  }
  for await (const chunk of chunks()) await write(chunk);
  await write(padding(stored.size));
}

function incomplete(file: string, stderr: string): SnapError {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.includes('Exiting with'));
  return new SnapError(`Cannot merge all of bundle "${file}": ${lines.slice(0, 5).join('; ')}`, {
    kind: 'partial',
    code: 'MERGE_INCOMPLETE',
    hint: 'Everything else was merged; free what is named and merge again.',
  });
}
