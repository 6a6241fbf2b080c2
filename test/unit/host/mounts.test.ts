import { describe, expect, it } from 'vitest';
import { mountOf } from '../../../src/host/mounts.ts';

const TABLE = `/dev/root / ext4 rw,relatime 0 0
proc /proc proc rw,noexec 0 0
tmpfs /usr/sh tmpfs rw 0 0
tmpfs /usr/share tmpfs ro,noexec 0 0
none /usr/share overlay rw 0 0
tmpfs /a\\040b tmpfs rw 0 0
`;

describe('mountOf()', () => {
  it.for([
    ['/', { at: '/', type: 'ext4', options: ['rw', 'relatime'] }],
    ['/usr', { at: '/', type: 'ext4', options: ['rw', 'relatime'] }],
    ['/usr/share', { at: '/usr/share', type: 'overlay', options: ['rw'] }],
    ['/usr/share/doc', { at: '/usr/share', type: 'overlay', options: ['rw'] }],
  ] as const)('finds the innermost and latest mount of %s', ([path, mount]) => {
    expect(mountOf(path, TABLE)).toEqual(mount);
  });

  it('throws what the system says when there is no such path', () => {
    expect(() => mountOf('/no/such', TABLE)).toThrow('ENOENT');
  });
});
