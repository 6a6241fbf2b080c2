import { describe, expect, it } from 'vitest';
import { parsePublication, renderPublication } from '../../../../src/launch/net/publication.ts';
import { parseNetwork } from '../../../../src/launch/net/wish.ts';

describe('parseNetwork()', () => {
  it.for([
    ['auto', { kind: 'auto' }],
    ['mcast', { kind: 'mcast', group: '239.255.82.77', port: 8277 }],
    ['mcast:239.1.2.3:9', { kind: 'mcast', group: '239.1.2.3', port: 9 }],
    ['switch', { kind: 'switch', endpoint: '' }],
    ['switch:tcp:head:7700', { kind: 'switch', endpoint: 'tcp:head:7700' }],
    [
      'tap:tap0=192.168.7.2/24',
      { kind: 'tap', device: 'tap0', at: { address: '192.168.7.2', prefix: 24 } },
    ],
  ] as const)('%s', ([text, wish]) => {
    expect(parseNetwork(text)).toEqual(wish);
  });

  it.for([
    ...['', 'tap', 'tap:', 'tap:a,b', 'mcast:10.0.0.1:9', 'mcast:239.1.2.3:0'],
    ...['mcast:239.1.2.3', 'tap:t=1.2.3.4/31', 'tap:t=1.2.3.999/8', 'bridge'],
  ])('"%s" is none', (text) => {
    expect(() => parseNetwork(text)).toThrow(`Cannot make a network "${text}"`);
  });
});

describe('parsePublication()', () => {
  it.for([
    ['8080:80', '127.0.0.1:8080:80/tcp'],
    ['0.0.0.0:53:5353/udp', '0.0.0.0:53:5353/udp'],
  ])('%s', ([text = '', whole]) => {
    expect(renderPublication(parsePublication(text))).toBe(whole);
  });

  it.for(['80', '0:80', '80:65536', '1.2.3:80:80', '80:80/sctp', '::1:80:80'])(
    '"%s" is none',
    (text) => {
      expect(() => parsePublication(text)).toThrow(`Cannot publish "${text}"`);
    },
  );
});
