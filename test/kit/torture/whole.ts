import type { Case } from './case.ts';

export const WHOLE: readonly Case[] = [
  { title: 'nothing changed at all', before: 'mkdir d; echo x > d/f', after: ':', changes: [] },
  {
    title: 'everything deleted',
    before: 'mkdir -p d/e; echo x > d/e/f; ln -s x l; mkfifo p',
    after: 'rm -r d l p',
    changes: ['D d', 'D l', 'D p'],
  },
  {
    title: 'clock stepped back between base and change',
    before: 'echo one > f; touch -d "+1 hour" f',
    after: 'echo two > f; touch -d "-1 hour" f',
    changes: ['M f'],
  },
  {
    title: 'sockets are left out',
    before: 'echo x > f',
    after: `python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('s')"; echo y > f`,
    changes: ['M f', 'A s'],
  },
  {
    title: 'files, directories and patterns that are excluded',
    exclude: ['/tmp/*', '*.o', 'cache'],
    before: 'mkdir tmp src cache; touch src/a.o src/b.c; touch -d 2001-01-01 tmp src',
    after: 'touch -r tmp s; touch tmp/x; touch -r s tmp; rm s; echo x > src/b.c',
    changes: ['M src/b.c'],
  },
  {
    title: 'setgid directory hands its group to new files',
    before: 'mkdir d; chgrp 44 d; chmod 2775 d',
    after: 'echo x > d/f; mkdir d/e; chgrp 0 d/f',
    changes: ['A d/e', 'A d/f'],
  },
];
