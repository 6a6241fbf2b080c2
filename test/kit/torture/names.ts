import type { Case } from './case.ts';

export const NAMES: readonly Case[] = [
  {
    title: 'directory renamed',
    before: 'mkdir -p d/e; echo x > d/e/f',
    after: 'mv d n',
    changes: ['D d', 'A n', 'A n/e', 'A n/e/f'],
  },
  {
    title: 'two directories swapped',
    before: 'mkdir a b; echo a > a/f; echo b > b/f; echo c > a/only',
    after: 'mv a t; mv b a; mv t b',
    changes: ['M a/f', 'D a/only', 'M b/f', 'A b/only'],
  },
  {
    title: 'directory moved below its sibling',
    before: 'mkdir a b; echo x > a/f',
    after: 'mv a b/a',
    changes: ['D a', 'A b/a', 'A b/a/f'],
  },
  {
    title: 'directory emptied',
    before: 'mkdir -p d/e; echo x > d/f; echo x > d/e/g',
    after: 'rm -r d/*',
    changes: ['D d/e', 'D d/f'],
  },
  {
    title: 'directory deleted and made again under its name',
    before: 'mkdir d; echo x > d/f; echo x > d/g; touch -d 2001-01-01 d',
    after: 'rm -r d; mkdir d; echo y > d/g; touch -d 2001-01-01 d',
    changes: ['D d/f', 'M d/g'],
  },
  {
    title: 'a directory of 8,000 entries, hashed',
    before: 'mkdir d; cd d; seq -f "name-%g" 8000 | xargs touch -d 2001-01-01',
    after: `cd d; rm name-17 name-4242 name-8000; echo x > name-5000; mv name-6000 other; mkdir name-0
      seq -f "more-%g" 3 | xargs touch`,
    changes: [
      ...['A d/more-1', 'A d/more-2', 'A d/more-3', 'A d/name-0', 'D d/name-17', 'D d/name-4242'],
      ...['M d/name-5000', 'D d/name-6000', 'D d/name-8000', 'A d/other'],
    ],
  },
  {
    title: 'a path of 3 KB',
    before: 'for i in $(seq 15); do n=$(printf "%0200d" $i); mkdir $n; cd $n; done; echo x > f',
    after: 'for i in $(seq 15); do cd $(printf "%0200d" $i); done; echo y > f; echo z > g',
  },
  {
    title: 'names with newline, tab, quotes, backslash, blanks, leading dash',
    before: `touch -- $'old\\nname' $'old\\ttab' 'old\\slash' ' ' '-rf' './--help' $'trail\\n'`,
    after: `rm -- $'old\\nname' $'old\\ttab' 'old\\slash' ' ' '-rf' './--help' $'trail\\n'
      for n in $'new\\nname' $'new\\ttab' 'new\\slash' '  ' '-e' '--' "it's" '"quoted"' '$(x)' '*' '?' '\\n' '\\101'
      do echo "$n" > "./$n"; done`,
  },
  {
    title: 'names that are no UTF-8, deleted and added, files, links and directories',
    before: `mkdir $'d\\xff'; echo x > $'d\\xff/\\xe9'; echo x > $'\\xe9'; echo x > é`,
    after: `rm -r $'d\\xff' $'\\xe9'; mkdir $'n\\xff'; echo x > $'n\\xff/\\x80'; ln $'n\\xff/\\x80' $'\\x80'
      ln -s $'\\x80' $'l\\xfe'; setfattr -n user.x -v 1 $'\\x80'; echo y > é; echo z > ü`,
  },
  {
    title: 'names of 255 bytes',
    before:
      'echo x > "$(head -c 255 /dev/zero | tr "\\0" d)"; echo x > "$(head -c 255 /dev/zero | tr "\\0" m)"',
    after: `rm "$(head -c 255 /dev/zero | tr "\\0" d)"; echo yy > "$(head -c 255 /dev/zero | tr "\\0" m)"
      echo x > "$(head -c 255 /dev/zero | tr "\\0" a)"; mkdir "$(head -c 255 /dev/zero | tr "\\0" e)"`,
  },
  {
    title: 'real names that look like whiteouts',
    before: 'mkdir .wh.d; echo x > .wh.d/f; echo x > .wh.gone; echo x > gone; echo x > .%wh.gone',
    after: `rm .wh.gone gone .%wh.gone; echo y > .wh.d/f; mkdir .wh.e; echo x > .wh.e/.wh.f; echo x > .%wh.g
      echo x > .%%wh.h; echo x > .wh..wh..opq; echo x > .wh..wh.apppot; ln .%wh.g .wh.link; ln -s .%wh.g l`,
  },
  {
    title: 'names that backup excludes would lose',
    after: `touch 'x~' '#x#' '.#x' core a.bak CVS .git`,
    changes: ['A #x#', 'A .#x', 'A .git', 'A CVS', 'A a.bak', 'A core', 'A x~'],
  },
  {
    title: 'names whose order depends on the slash',
    before: 'mkdir a a-b a.b; touch a/x a-b/x a.b/x ab',
    after: 'rm -r a; touch a-b/y a.b/y; mkdir a; touch a/z ab',
  },
  {
    title: 'read-only directories',
    before: 'mkdir -p r/s; echo x > r/s/f; chmod 555 r/s r',
    after: 'chmod 755 r/s; echo y > r/s/f; echo z > r/s/g; chmod 555 r/s',
  },
];
