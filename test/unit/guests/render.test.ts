import { describe, expect, it } from 'vitest';
import type { ListedGuest } from '../../../src/guests/list.ts';
import { renderGuests } from '../../../src/guests/render.ts';

const GUEST: ListedGuest = {
  name: 'solver',
  state: 'running',
  directory: '/tmp/apppot-7/solver',
  started: '2024-05-01T12:00:00.000Z',
  age: 300,
  memoryUsed: 24 * 2 ** 20,
  image: '/img/base.img',
  memory: 512 * 2 ** 20,
  network: {
    kind: 'slirp4netns',
    program: '/usr/bin/slirp4netns',
    publish: [{ protocol: 'tcp', address: '127.0.0.1', hostPort: 8080, guestPort: 80 }],
  },
  segments: [{ kind: 'switch', address: '10.9.0.2', prefix: 24 }],
  confined: true,
  command: ['sh', '-c', 'echo "a b"; exit 7'],
};

describe('renderGuests()', () => {
  it('says so when there are none', () => {
    expect(renderGuests([])).toBe('no guests are running');
  });

  it('prints a row for each, and below it what is wrong', () => {
    const { name, directory, started } = GUEST;
    const broken = {
      name,
      directory,
      started,
      age: 90_000,
      state: 'broken',
      error: 'it died',
    } as const;
    const hostile = { ...GUEST, name: 'g', command: ['\x1b[2J'.repeat(20)], age: 200_000 };
    const network = 'slirp4netns, 8080:80, switch 10.9.0.2';
    expect(renderGuests([GUEST, broken, hostile]).split('\n')).toEqual([
      `NAME    STATE    AGE  MEMORY               ${'NETWORK'.padEnd(network.length)}  IMAGE          JOB`,
      `solver  running  5m   24.0 MiB of 512 MiB  ${network}  /img/base.img  sh -c 'echo "a b"; exit 7'`,
      `solver  broken   25h  -                    ${'-'.padEnd(network.length)}  -              -`,
      '  it died',
      `g       running  2d   24.0 MiB of 512 MiB  ${network}  /img/base.img  '${'?[2J'.repeat(9)}?[…`,
    ]);
  });
});
