import { describe, expect, it } from 'vitest';
import { type NodeBrief, renderHosts, renderNodeFiles } from '../../../src/provider/node-files.ts';

const BRIEF: NodeBrief = {
  node: 'abcdefghijkl',
  seat: { host: 'node001', address: '10.8.0.101' },
  daemon: { kind: 'gridengine', qmaster: 'master', qmasterPort: 6_444 },
  hosts: '127.0.0.1\tlocalhost\n',
  accounts: { passwd: 'ada:x:7:8::/home/ada:/bin/sh\n', group: 'ada:x:8:\n' },
  report: { to: '10.8.0.1:8270', token: 'aa', lease: 'bb', leaseTime: 1_800, beat: 60 },
  vpn: 'openvpn',
};

describe('renderNodeFiles()', () => {
  it('tells a node of Grid Engine all it needs', () => {
    const files = renderNodeFiles(BRIEF);
    expect(files.get('settings')).toEqual({
      secret: false,
      contents: [
        ...['node=abcdefghijkl', 'host=node001', 'address=10.8.0.101', 'vpn=openvpn'],
        ...[
          'vpn-patience=120',
          'report=10.8.0.1:8270',
          'patience=600',
          'lease-time=1800',
          'beat=60',
        ],
        ...['daemon=gridengine', 'qmaster=master', 'qmaster-port=6444', ''],
      ].join('\n'),
    });
    const secret = [...files].filter(([, file]) => file.secret).map(([name]) => name);
    expect([[...files.keys()], secret]).toEqual([
      ['settings', 'hosts', 'passwd', 'group', 'token', 'lease'],
      ['token', 'lease'],
    ]);
  });

  it("gives a node of Slurm the cluster's key, and its configuration or who has it", () => {
    const slurm = { kind: 'slurm', resources: 'CPUs=1', key: 'a2V5' } as const;
    const own = renderNodeFiles({
      ...BRIEF,
      daemon: { ...slurm, configuration: 'ClusterName=c\n' },
    });
    expect(own.get('munge.key')).toEqual({ contents: 'a2V5\n', secret: true });
    expect(own.get('slurm.conf')).toEqual({ contents: 'ClusterName=c\n', secret: false });
    const asked = renderNodeFiles({ ...BRIEF, daemon: { ...slurm, controller: 'head:6817' } });
    expect(asked.get('settings')?.contents).toContain('\ncontroller=head:6817\nresources=CPUs=1\n');
    expect(asked.has('slurm.conf')).toBe(false);
  });

  it('lets no value begin another setting', () => {
    const seat = { host: 'node001\ndaemon=none', address: '10.8.0.101' };
    const { contents } = renderNodeFiles({ ...BRIEF, seat }).get('settings') ?? { contents: '' };
    expect(contents).toContain('\nhost=node001 daemon=none\n');
  });
});

describe('renderHosts()', () => {
  it('names this machine first, then the others', () => {
    expect(renderHosts([{ host: 'master', address: '10.8.0.1' }])).toBe(
      '127.0.0.1\tlocalhost\n10.8.0.1\tmaster\n',
    );
  });
});
