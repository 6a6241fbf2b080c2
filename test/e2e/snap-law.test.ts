import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { DEFAULT_EXCLUDES } from '../../src/snap/default-exclude.ts';
import { exclusion } from '../../src/snap/exclude.ts';
import { fullListing } from '../kit/full-listing.ts';
import { run, start, workDirectory } from '../kit/guest-run.ts';

/** Packages come and go as a user would have it, and files go behind the packages' backs. */
const INSTALL = `set -e
export DEBIAN_FRONTEND=noninteractive HOME=/root
apt-get update
apt-get install --yes --no-install-recommends python3 acl
dpkg --remove --force-depends tzdata
rm -rf /usr/share/doc /usr/share/locale/[a-m]*
setfacl -m u:1234:rwx /srv
mv /usr/share/man /usr/share/manuals
ln /usr/bin/env /usr/bin/env-linked
`;

const LIMIT_MS = 600_000;

/** Only root can compare by mounting. */
describe.runIf(process.getuid?.() === 0)('changes found in a COW file', () => {
  const work = workDirectory();
  const path = (name: string): string => join(work.path, name);

  it('merged onto the base equal what the guest had, after packages came and went', {
    timeout: LIMIT_MS,
  }, async () => {
    const { bin, image } = inject('installed');
    const cow = path('cow');
    const words = ['--cow', cow, '--mem', '768M', 'sh', '-c', INSTALL];
    const { status, stdout, stderr } = await start('apppot-start', words, { cwd: work.path });
    expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({
      status: 0,
      said: '',
    });
    const snap = (...argv: string[]) => run([join(bin, 'apppot-snap'), ...argv]);
    expect(await snap('changes', path('c.tar.zst'), '--image', image, '--cow', cow)).toMatchObject({
      status: 0,
    });
    withMounted(image, path('base'), (root) => execFileSync('cp', ['-a', root, path('copy')]));
    expect(await snap('merge', path('c.tar.zst'), '--root', path('copy'))).toMatchObject({
      status: 0,
    });
    execFileSync('uml_moo', ['-b', image, cow, path('merged')], { stdio: 'pipe' });
    const skip = exclusion(DEFAULT_EXCLUDES);
    const wanted = withMounted(path('merged'), path('place'), (root) => fullListing(root, skip));
    expect(Object.keys(wanted)).toContain('usr/bin/python3');
    expect(fullListing(path('copy'), skip)).toEqual(wanted);
  });
});

function withMounted<T>(image: string, place: string, use: (root: string) => T): T {
  mkdirSync(place);
  execFileSync('mount', ['-o', 'loop,ro', image, place]);
  try {
    return use(place);
  } finally {
    execFileSync('umount', [place]);
  }
}
