import type { Case } from './case.ts';

export const ATTRIBUTES: readonly Case[] = [
  {
    title: 'mode only',
    before: 'echo x > f; mkdir d',
    after: 'chmod 600 f; chmod 700 d',
    changes: ['M d', 'M f'],
  },
  {
    title: 'set-uid, set-gid and sticky bits',
    before: 'echo x > u; echo x > g; mkdir s',
    after: 'chmod 4755 u; chmod 2755 g; chmod 1777 s',
    changes: ['M g', 'M s', 'M u'],
  },
  {
    title: 'set-id bits lost by chown',
    before: 'echo x > f; chmod 6755 f',
    after: 'chown 1:1 f',
    changes: ['M f'],
  },
  {
    title: 'set-id bits kept with another owner',
    before: 'echo x > f',
    after: 'chown 1:1 f; chmod 6755 f',
    changes: ['M f'],
  },
  {
    title: 'owner only, group only',
    before: 'echo x > u; echo x > g; ln -s t l',
    after: 'chown 12 u; chgrp 12 g; chown -h 7:8 l',
    changes: ['M g', 'M l', 'M u'],
  },
  {
    title: 'ids above 2^21 and above 2^31',
    before: 'echo x > a; echo x > b; mkdir d',
    after: 'chown 2097152:2097153 a; chown 4000000000:4294967294 b; chown 3000000000 d',
    changes: ['M a', 'M b', 'M d'],
  },
  {
    title: 'extended attribute added, changed, removed',
    before: 'touch a c r; setfattr -n user.x -v 1 c; setfattr -n user.x -v 1 r; mkdir d',
    after:
      'setfattr -n user.x -v 1 a; setfattr -n user.x -v 2 c; setfattr -x user.x r; setfattr -n user.x -v 1 d',
    changes: ['M a', 'M c', 'M d', 'M r'],
  },
  {
    title: 'ACL of a file, default ACL of a directory',
    before: 'touch f; mkdir d',
    after: 'setfacl -m u:1234:rwx,g:77:r f; setfacl -d -m u:1234:rwx d',
    changes: ['M d', 'M f'],
  },
  {
    title: 'ACL removed',
    before: 'touch f; setfacl -m u:1234:rwx f',
    after: 'setfacl -b f',
    changes: ['M f'],
  },
  {
    title: 'file capability added, and lost by writing',
    before: 'echo x > a; echo x > b; setcap cap_net_raw+ep b',
    after: 'setcap cap_net_raw+ep a; echo y >> b',
    changes: ['M a', 'M b'],
  },
  {
    title: 'large extended attribute',
    before: 'touch f',
    after: 'setfattr -n user.big -v "$(head -c 3000 /dev/zero | tr "\\0" y)" f',
    changes: ['M f'],
  },
  {
    title: 'extended attribute with odd bytes in name and value, and an empty one',
    before: 'touch f',
    after: `setfattr -n $'user.a b=\\xff%25' -v 0x000a3d22ff f; setfattr -n user.empty f`,
    changes: ['M f'],
  },
  {
    title: 'mtime in nanoseconds',
    before: 'echo x > f; mkdir d; ln -s x l',
    after: 'touch -hd 2020-01-01T00:00:00.123456789 f d l',
    changes: ['M d', 'M f', 'M l'],
  },
  {
    title: 'mtime before 1970, after 2038, after 2242',
    before: 'touch a b c d',
    after:
      'touch -d 1901-12-31T00:00:00.5 a; touch -d 2039-01-01 b; touch -d 2243-01-01T00:00:00.25 c; touch -d 2446-01-01 d',
    changes: ['M a', 'M b', 'M c', 'M d'],
  },
  {
    title: 'mtime of a directory set after its children were written',
    before: 'mkdir -p d/e; echo x > d/e/f',
    after: 'echo y > d/e/f; touch -d 2001-01-01 d/e d',
    changes: ['M d', 'M d/e', 'M d/e/f'],
  },
  {
    title: 'mtime of a directory put back after a file in it was removed',
    before: 'mkdir d; echo x > d/f; echo x > d/g',
    after: 'touch -r d stamp; rm d/f; touch -r stamp d; rm stamp',
  },
];
