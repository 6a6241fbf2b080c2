import type { Case } from './case.ts';

export const LINKS: readonly Case[] = [
  {
    title: 'hard link added',
    before: 'echo x > a',
    after: 'ln a b',
    changes: ['M a', 'A b'],
  },
  {
    title: 'hard link removed',
    before: 'echo x > a; ln a b',
    after: 'rm b',
  },
  {
    title: 'hard link moved to another directory',
    before: 'mkdir d; echo x > a; ln a b',
    after: 'mv b d/b',
    changes: ['M a', 'D b', 'A d/b'],
  },
  {
    title: 'first name deleted while others stay',
    before: 'echo x > a; ln a b; ln a c',
    after: 'rm a',
    changes: ['D a', 'M b', 'M c'],
  },
  {
    title: 'a group split',
    before: 'echo x > a; ln a b',
    after: 'cp -p b n; mv n b',
    changes: ['M a', 'M b'],
  },
  {
    title: 'two groups joined',
    before: 'echo x > a; cp -p a b',
    after: 'ln -f a b',
    changes: ['M a', 'M b'],
  },
  {
    title: 'hard link to a changed file',
    before: 'echo x > a',
    after: 'echo y > a; mkdir d; ln a d/b; ln a 0',
    changes: ['A 0', 'M a', 'A d', 'A d/b'],
  },
  {
    title: 'hard-linked symlink, device and FIFO',
    after: 'ln -s t l; ln -P l l2; mknod c c 1 3; ln c c2; mkfifo p; ln p p2',
    changes: ['A c', 'A c2', 'A l', 'A l2', 'A p', 'A p2'],
  },
  {
    title: 'symlink target changed; dangling; loops',
    before: 'ln -s a l; ln -s b m',
    after: 'ln -sfn b l; ln -s nowhere d; ln -s self self; ln -s y x; ln -s x y',
    changes: ['A d', 'M l', 'A self', 'A x', 'A y'],
  },
  {
    title: 'symlink targets of 59, 60 and 4,095 bytes, and with odd bytes',
    after: `for n in 59 60 100 101 4095; do ln -s "$(head -c $n /dev/zero | tr "\\0" x)" l$n; done
      ln -s $'\\xff\\n ' odd`,
    changes: ['A l100', 'A l101', 'A l4095', 'A l59', 'A l60', 'A odd'],
  },
  {
    title: 'symlink, directory, file, device and FIFO take each other’s place',
    before: `ln -s t 1; mkdir -p 2/a/b; echo x > 2/a/b/f; echo x > 3; mknod 4 c 1 3; mkfifo 5
      ln -s /etc 6; mkdir 7; echo x > 7/f; echo x > 8; mkdir 9`,
    after: `rm -r ?; mkdir -p 1/a; echo x > 1/a/f; ln -s t 2; mkdir 3; echo y > 3/f; echo x > 4; ln -s t 5
      mkdir 6; echo x > 6/passwd; mknod 7 b 7 0; mkfifo 8; echo x > 9`,
    changes: [
      ...['D 1', 'A 1', 'A 1/a', 'A 1/a/f', 'D 2', 'A 2', 'D 3', 'A 3', 'A 3/f', 'D 4', 'A 4'],
      ...['D 5', 'A 5', 'D 6', 'A 6', 'A 6/passwd', 'D 7', 'A 7', 'D 8', 'A 8', 'D 9', 'A 9'],
    ],
  },
  {
    title: 'device numbers changed; large ones',
    before: 'mknod a c 1 3; mknod b c 1 3; mknod c b 7 1',
    after: 'rm a b c; mknod a c 1 5; mknod b c 4 3; mknod c b 259 1048575; mkfifo p',
    changes: ['M a', 'M b', 'M c', 'A p'],
  },
];
