import { describe, expect, it } from 'vitest';
import { confinementWords } from '../../../src/launch/confine.ts';
import { instancePaths } from '../../../src/launch/words.ts';
import { startPlan } from '../../kit/start-plan.ts';

const paths = instancePaths('/tmp/i');
const bwrap = { kind: 'bwrap', program: '/usr/bin/bwrap' } as const;

function words(changes: Parameters<typeof startPlan>[0]): string {
  return confinementWords(startPlan({ confinement: bwrap, ...changes }), paths).join(' ');
}

describe('confinementWords()', () => {
  it('adds nothing where nothing confines', () => {
    expect(confinementWords(startPlan(), paths)).toEqual([]);
  });

  it('shows the guest its own files only, the image read-only', () => {
    expect(words({ jobdir: '/job', changes: '/b/c.tgz' })).toBe(
      [
        '/usr/bin/bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-net',
        '--die-with-parent --tmpfs /tmp --bind /job /job --proc /proc --dev /dev',
        '--ro-bind-try /lib /lib --ro-bind-try /lib64 /lib64',
        '--ro-bind /usr/bin/linux /usr/bin/linux --ro-bind /img/base.img /img/base.img',
        '--bind /tmp/i/disk.cow /tmp/i/disk.cow --bind /tmp/i/control /tmp/i/control',
        '--bind /tmp/i/uml /tmp/i/uml --ro-bind /b/c.tgz /b/c.tgz',
        '--chdir /tmp/i --clearenv --setenv HOME /tmp/i/uml --',
      ].join(' '),
    );
  });

  it('leaves the network to slirp, which needs the resolver, too', () => {
    const found = words({ network: { kind: 'slirp', program: '/bin/slirp' } });
    expect(found).not.toContain('--unshare-net');
    expect(found).toContain('--ro-bind /bin/slirp /bin/slirp --ro-bind /etc/resolv.conf');
  });

  it('lets a guest write the image only when it is the disk itself', () => {
    expect(words({ disk: { kind: 'image' } })).toContain(' --bind /img/base.img /img/base.img');
  });

  it('shows a file with an awkward name under a plain one, too', () => {
    expect(words({ image: '/a b' })).toContain('--ro-bind /a b /tmp/i/image');
  });
});
