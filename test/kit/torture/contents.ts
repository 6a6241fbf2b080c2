import type { Case } from './case.ts';

export const CONTENTS: readonly Case[] = [
  {
    title: 'contents changed, mtime put back with touch -r',
    before: 'echo one > f; echo ref > r',
    after: 'touch -r f stamp; echo two > f; touch -r stamp f; rm stamp',
    changes: ['M f'],
  },
  {
    title: 'contents changed by cp -p of another file with the same size and mtime',
    before: 'echo one > f; echo two > g; touch -d 2001-02-03 f g',
    after: 'cp -p g f',
    changes: ['M f'],
  },
  {
    title: 'contents changed by tar x, which sets mtime',
    before: 'echo one > f; touch -d 2001-02-03 f',
    after: 'mkdir t; echo two > t/f; touch -d 2001-02-03 t/f; tar -C t -c f | tar -x; rm -r t',
    changes: ['M f'],
  },
  {
    title: 'contents changed by rsync -t, in a new file and in place',
    before:
      'mkdir t; echo one > f; echo one > g; echo two > t/f; echo two > t/g; touch -d 2001-02-03 f g t/*',
    after: 'rsync -tI t/f f; rsync -tI --inplace t/g g',
    changes: ['M f', 'M g'],
  },
  {
    title: 'contents changed at once after the base was recorded',
    before: 'echo one > f',
    after: 'printf two > f; echo >> f',
    changes: ['M f'],
  },
  {
    title: 'replaced by rename with equal size and mtime',
    before: 'echo one > f; touch -d 2001-02-03 f',
    after: 'echo two > n; touch -d 2001-02-03 n; mv n f',
    changes: ['M f'],
  },
  {
    title: 'inode number used again by another file',
    before: 'echo one > f; touch -d 2001-02-03 f',
    after: 'rm f; echo two > g; touch -d 2001-02-03 g',
    changes: ['D f', 'A g'],
  },
  {
    title: 'directory inode used again',
    before: 'mkdir d; echo one > d/f',
    after: 'rm -r d; mkdir e; echo two > e/f',
    changes: ['D d', 'A e', 'A e/f'],
  },
  {
    title: 'contents changed through mmap, synced and not',
    before: 'head -c 8192 /dev/zero > f; head -c 8192 /dev/zero > g; sync',
    after: `perl -e 'open F, "+<", "f"; seek F, 4096, 0; print F "x"'; python3 - <<'P'
import mmap
for name in 'fg':
    with open(name, 'r+b') as f:
        m = mmap.mmap(f.fileno(), 0); m[5] = 65
        if name == 'f': m.flush()
        m.close()
P`,
    changes: ['M f', 'M g'],
  },
  {
    title: 'truncated down, up, and to nothing',
    before: 'for f in a b c; do head -c 10000 /dev/urandom > $f; done',
    after: 'truncate -s 5000 a; truncate -s 50000 b; : > c',
    changes: ['M a', 'M b', 'M c'],
  },
  {
    title: 'holes at start, middle, end, and nothing but a hole',
    after: `truncate -s 8M start middle end all
      printf x | dd of=start bs=1 seek=8388607 conv=notrunc status=none
      for at in 0 4000000 8388607; do printf x | dd of=middle bs=1 seek=$at conv=notrunc status=none; done
      printf x | dd of=end bs=1 conv=notrunc status=none`,
    changes: ['A all', 'A end', 'A middle', 'A start'],
  },
  {
    title: 'a hole filled, a hole punched',
    before: 'truncate -s 4M f; head -c 4M /dev/urandom > g',
    after:
      'printf x | dd of=f bs=1 seek=2000000 conv=notrunc status=none; fallocate -p -o 1M -l 1M g',
    changes: ['M f', 'M g'],
  },
  {
    title: 'fallocated, never written',
    after: 'fallocate -l 3M f; printf abc | dd of=f bs=1 seek=1048576 conv=notrunc status=none',
    changes: ['A f'],
  },
  {
    title: 'a file of 1 TB that holds 5 bytes',
    after:
      'truncate -s 1T f; printf hello | dd of=f bs=1 seek=500000000000 conv=notrunc status=none',
    changes: ['A f'],
  },
  {
    title: 'a sparse file of more than 8 GiB with data on both sides of 4 GiB',
    after: `truncate -s 9G f
      for at in 4096 2147483648 4294967296 8589934592; do
        printf x | dd of=f bs=1 seek=$at conv=notrunc status=none
      done`,
    changes: ['A f'],
  },
  {
    title: 'a fragmented file',
    after: `for i in $(seq 0 2 200); do
        head -c 4096 /dev/urandom | dd of=f bs=4096 seek=$i conv=notrunc status=none
      done`,
    changes: ['A f'],
  },
];
