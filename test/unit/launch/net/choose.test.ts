import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../../../src/launch/net/endpoint.ts';
import { readFault } from '../../../../src/launch/net/fault.ts';
import { parseConfig, parseOptions } from '../../../../src/launch/net/offer.ts';
import { chooseSegment, nodeAddress } from '../../../../src/launch/net/segment.ts';
import { switchWords } from '../../../../src/launch/net/switch.ts';

const offer = { slirp: true, vector: true };

describe('parseConfig()', () => {
  it('reads what a kernel says it has', () => {
    expect(
      parseConfig('CONFIG_UML=y\nCONFIG_UML_NET_VECTOR=y\n# CONFIG_UML_NET_SLIRP is not set\n'),
    ).toEqual({
      slirp: false,
      vector: true,
    });
  });

  it('takes nothing else for it', () => {
    expect(parseConfig('no such option')).toBeUndefined();
  });
});

describe('parseOptions()', () => {
  const help =
    'User Mode Linux v6.16\n\nmem=<Amount of desired ram>\n\nvec[0-9]+:<option>=<value>\n';

  it('reads the networks out of the options of a kernel', () => {
    expect(parseOptions(help)).toEqual({ slirp: false, vector: true });
    expect(parseOptions(`${help}\neth[0-9]+=<transport>,<options>\n`)).toEqual(offer);
  });

  it('takes nothing else for them', () => {
    expect(parseOptions('usage: eth[0-9]+=')).toBeUndefined();
  });
});

describe('chooseSegment()', () => {
  it('makes address and hardware address of the number of the guest', () => {
    expect(chooseSegment({ kind: 'tap', device: 't' }, 1, { offer, node: 300 })).toEqual({
      ...{ kind: 'tap', device: 't', mtu: 1_500, prefix: 16 },
      ...{ address: '10.78.1.44', mac: '02:70:0a:4e:01:2c' },
    });
    expect(nodeAddress(65_534)).toBe('10.77.255.254');
  });

  it('wants a number or an address', () => {
    const wish = { kind: 'mcast', group: '239.1.2.3', port: 9 } as const;
    expect(() => chooseSegment(wish, 0, { offer })).toThrow(
      'Cannot attach to the network "mcast": the guest has no address',
    );
    const at = { address: '10.1.1.1', prefix: 8 };
    const secret = '/k';
    expect(chooseSegment({ ...wish, at }, 0, { offer, secret })).toMatchObject(at);
  });

  it('joins no group without a secret, and prefers a given one to the own', () => {
    const wish = { kind: 'mcast', group: '239.1.2.3', port: 9 } as const;
    const node = 1;
    const ownSecret = '/home/me/key';
    expect(() => chooseSegment(wish, 0, { offer, node })).toThrow(
      'Cannot attach to the network "mcast": no secret is known for it',
    );
    const own = chooseSegment(wish, 0, { offer, node, ownSecret });
    expect(own).toMatchObject({ secret: ownSecret, isOwn: true });
    const given = chooseSegment(wish, 0, { offer, node, ownSecret, secret: '/k' });
    expect(given).toEqual({
      ...wish,
      secret: '/k',
      ...{ address: '10.77.0.1', prefix: 16, mac: '02:70:0a:4d:00:01', mtu: 1_400 },
    });
  });

  it('needs a kernel with vector transports', () => {
    const wish = { kind: 'mcast', group: '239.1.2.3', port: 9 } as const;
    const old = { slirp: true, vector: false };
    expect(() => chooseSegment(wish, 0, { offer: old, node: 1, secret: '/k' })).toThrow(
      'Cannot use mcast: this kernel lacks vector transports',
    );
  });
});

describe('parseEndpoint()', () => {
  it.for([
    ['/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
    ['tcp:head:7700', { kind: 'tcp', host: 'head', port: 7700, secret: '/k' }],
    ['ssh:me@head:/run/a.sock', { kind: 'ssh', host: 'me@head', path: '/run/a.sock' }],
  ] as const)('%s', ([text, endpoint]) => {
    expect(parseEndpoint(text, '/k')).toEqual(endpoint);
  });

  it.for(['tcp:head:0', 'tcp:head:x', 'ssh:head:run/a'])('"%s" is none', (text) => {
    expect(() => parseEndpoint(text, '/k')).toThrow(`Cannot find the switch "${text}"`);
  });

  it('never takes a host for an option of ssh', () => {
    expect(parseEndpoint('ssh:-oProxyCommand=x:/a', '/k')).toMatchObject({ kind: 'unix' });
  });
});

describe('switchWords()', () => {
  it('listens on the loopback unless an address is given', () => {
    const words = switchWords({ path: '/a.sock', listen: ['7', '0.0.0.0:8'], secret: '/k' });
    expect(words.slice(1)).toEqual([
      '--secret=/k',
      'listen=unix:/a.sock',
      'listen=tcp:127.0.0.1:7',
      'listen=tcp:0.0.0.0:8',
    ]);
  });

  it('puts the way by ssh last, as one command for a shell', () => {
    expect(switchWords({ path: '/a', link: ['ssh:head:/b c', '/d'] }).slice(1)).toEqual([
      ...['listen=unix:/a', 'link=unix:/d', '--', 'ssh', '-T', '-o', 'BatchMode=yes', 'head'],
      "exec apppot switch --attach '/b c'",
    ]);
  });

  it('needs a place', () => {
    expect(() => switchWords({})).toThrow(
      'Cannot start a switch at no place: name a path, or a port with --listen',
    );
  });
});

describe('readFault()', () => {
  it.for([
    ['Cannot attach to x: refused\n  Start it.\n', 'Cannot attach to x: refused'],
    ['ssh: no route\nCannot attach to ssh: it hung up\n', 'Cannot reach y: ssh: no route'],
    ['something else\n', 'Cannot reach y: something else'],
  ])('%j', ([said = '', message]) => {
    expect(readFault(said, 'y')).toMatchObject({ message });
  });

  it('finds none where nothing was said', () => {
    expect(readFault('\n', 'y')).toBeUndefined();
  });
});
