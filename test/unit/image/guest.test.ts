import { describe, expect, it } from 'vitest';
import { guestEntries } from '../../../src/image/guest.ts';
import { GUEST_KIT } from '../../kit/guest-kit.ts';
import { recipe } from '../../kit/recipe.ts';

/** `TYPE PATH MODE-OR-TARGET OWNER` of each entry. */
function listing(...args: Parameters<typeof guestEntries>): string[] {
  return guestEntries(...args).map((entry) => {
    const what = entry.type === 'symlink' ? entry.target : entry.mode.toString(8);
    return `${entry.type} ${entry.path} ${what} ${entry.uid}:${entry.gid}`;
  });
}

describe('guestEntries()', () => {
  it('brings init, the merge, the home and the names into every image', () => {
    expect(listing(recipe(), GUEST_KIT)).toEqual([
      'directory /usr/lib/apppot 755 0:0',
      'file /usr/lib/apppot/apppot-init 755 0:0',
      'file /usr/lib/apppot/apppot-merge 755 0:0',
      'file /etc/systemd/system/apppot.service 644 0:0',
      'symlink /etc/systemd/system/multi-user.target.wants/apppot.service ../apppot.service 0:0',
      'file /usr/bin/apppot-rsh 755 0:0',
      'directory /etc/apppot 755 0:0',
      'file /etc/apppot/exclude 644 0:0',
      'directory /var/lib/apppot 755 0:0',
      'directory /home/user 755 1000:1000',
      'directory /home/user/job 755 1000:1000',
      'file /etc/hostname 644 0:0',
      'file /etc/hosts 644 0:0',
      'file /etc/fstab 644 0:0',
      'symlink /etc/resolv.conf ../run/apppot/resolv.conf 0:0',
      'symlink /var/lib/extrausers/passwd /run/apppot/passwd 0:0',
      'symlink /var/lib/extrausers/group /run/apppot/group 0:0',
      'symlink /var/lib/extrausers/shadow /run/apppot/shadow 0:0',
    ]);
  });

  it("adds what the recipe asks for, and the recipe's own files last", () => {
    const file = { path: '/etc/hosts', content: Buffer.from('x'), mode: 0o600, uid: 1, gid: 2 };
    const wanted = recipe({ user: { sudo: true }, files: [file] });
    expect(listing(wanted, { ...GUEST_KIT, snap: Buffer.from('snap') }).slice(-3)).toEqual([
      'file /usr/local/bin/apppot-snap 755 0:0',
      'file /etc/sudoers.d/apppot 440 0:0',
      'file /etc/hosts 600 1:2',
    ]);
  });

  it('names the guest in /etc/hostname and /etc/hosts', () => {
    const texts = guestEntries(recipe({ hostname: 'node1' }), GUEST_KIT)
      .filter(({ path }) => path === '/etc/hostname' || path === '/etc/hosts')
      .map((entry) => (entry.type === 'file' ? entry.content.toString() : ''));
    expect(texts).toEqual([
      'node1\n',
      '127.0.0.1\tlocalhost\n127.0.1.1\tnode1\n::1\tlocalhost ip6-localhost ip6-loopback\n',
    ]);
  });
});
