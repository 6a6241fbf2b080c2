import { describe, expect, it } from 'vitest';
import { writeBundle } from '../../../src/snap/bundle.ts';
import { changesBetween } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { CRAFTED_BASE } from '../../kit/crafted-bundle.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

const BEFORE = `mkdir -p d/e gone swap; echo x > d/f; ln d/f d/h; echo x > gone/f; echo x > d/removed
  touch swap/f; ln -s /etc l`;
const AFTER = `echo y > d/f; rm -r gone d/removed swap; ln -s d swap; rm l; mkdir l; echo x > l/f
  touch -d 2001-02-03T04:05:06.123456789Z d/f; chown 3000000:4000000000 d/f; chmod 6755 d/f
  setfattr -n user.x -v 0x000aff d/f; setcap cap_net_raw+ep l/f; setfacl -m u:77:rwx l; setfacl -d -m u:7:rx d/e
  mknod c c 1 3; mknod b b 259 70000; mkfifo p; ln d/f hard; ln -s $'odd\\n' s; touch $'n\\nl' "$(head -c 255 /dev/zero | tr '\\0' n)"
  truncate -s 3M sparse; printf x | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none`;

/** `base`, `now`, and the bundle of what differs. */
async function kept(more = ''): Promise<string> {
  const directory = tempDirectory();
  shell(directory, `mkdir now; cd now; ${BEFORE}`);
  shell(directory, `cp -a now base; cd now; ${AFTER}; ${more}`);
  const now = liveTree(`${directory}/now`);
  const difference = await changesBetween(liveTree(`${directory}/base`), now);
  const head = { base: CRAFTED_BASE, name: 'b', time: 1, tool: 't' };
  await writeBundle(`${directory}/c.tar`, now, difference, head);
  return directory;
}

/** Deletions are not for plain readers: done by hand, as their whiteouts say. */
const DELETE = 'rm -r base/gone base/swap base/d/removed base/l';

describe('a bundle', () => {
  it('is read by GNU tar without a word, ACLs by either way', async () => {
    const directory = await kept();
    shell(directory, DELETE);
    const said = shell(
      directory,
      `tar -C base -xp --xattrs --xattrs-include='*' --numeric-owner -f c.tar 2>&1`,
    );
    shell(directory, 'find base -name ".wh.*" -delete; touch -r now base; touch -r now/d base/d');
    expect(said).toBe('');
    expect(fullListing(`${directory}/base`)).toEqual(fullListing(`${directory}/now`));
  });

  it('is read by GNU tar with --acls', async () => {
    const directory = await kept();
    shell(directory, `${DELETE}; tar -C base -xp --acls --xattrs --xattrs-include='*' -f c.tar`);
    shell(directory, 'find base -name ".wh.*" -delete; touch -r now base; touch -r now/d base/d');
    expect(fullListing(`${directory}/base`)).toEqual(fullListing(`${directory}/now`));
  });

  it('is read by bsdtar, which sets default ACLs on new directories only', async () => {
    const directory = await kept(`touch -d 1950-01-01 old; touch $'\\xff'`);
    shell(directory, `${DELETE}; rmdir base/d/e; bsdtar -C base -xp --numeric-owner -f c.tar`);
    shell(directory, 'find base -name ".wh.*" -delete; touch -r now base; touch -r now/d base/d');
    expect(fullListing(`${directory}/base`)).toEqual(fullListing(`${directory}/now`));
  });

  it('is an image layer to umoci, deletions included', async () => {
    const directory = await kept();
    shell(
      directory,
      `tar -C base --xattrs --xattrs-include='*' --format=pax -cf base.tar .
      umoci init --layout image; umoci new --image image:t
      umoci raw add-layer --image image:t base.tar; umoci raw add-layer --image image:t c.tar
      umoci raw unpack --image image:t rootfs 2>&1`,
    );
    expect(fullListing(`${directory}/rootfs`)).toEqual(fullListing(`${directory}/now`));
  });
});
