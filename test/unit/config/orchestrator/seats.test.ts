import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseAddress,
  parseNetwork,
  renderAddress,
} from '../../../../src/config/orchestrator/address.ts';
import { parseHosts, seatsOf } from '../../../../src/config/orchestrator/seats.ts';

describe('parseHosts()', () => {
  it('counts with the digits that are written', () => {
    expect(parseHosts('node[08-11]')).toEqual(['node08', 'node09', 'node10', 'node11']);
    expect(parseHosts('n[1-2]-vb')).toEqual(['n1-vb', 'n2-vb']);
    expect(parseHosts('one')).toEqual(['one']);
  });

  it.for(['', 'a b', 'node[2-1]', 'node[1-99999]', 'node[1-2', '-x', 'x;y', 'Node1'])(
    'refuses "%s"',
    (text) => {
      expect(parseHosts(text)).toBeUndefined();
    },
  );
});

describe('addresses', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (address) => {
        expect(parseAddress(renderAddress(address))).toBe(address);
      }),
    );
    expect(['1.2.3', '1.2.3.256', '1.2.3.4.5', 'a.b.c.d', ''].map(parseAddress)).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('of a network are those between its own and the last', () => {
    const { mask, address } = parseNetwork('10.8.0.0/24') ?? {};
    expect({ mask, address }).toEqual({ mask: '255.255.255.0', address: '10.8.0.0' });
    expect(['10.8.0.1/24', '10.8.0.0/31', '10.8.0.0'].map(parseNetwork)).toEqual(
      Array(3).fill(undefined),
    );
    expect(seatsOf(['a', 'b'], '10.8.0.253', '10.8.0.0/24')).toEqual([
      { host: 'a', address: '10.8.0.253' },
      { host: 'b', address: '10.8.0.254' },
    ]);
    expect(seatsOf(['a', 'b'], '10.8.0.254', '10.8.0.0/24')).toBe(
      'expected 2 addresses inside 10.8.0.0/24, found 10.8.0.254 to 10.8.0.255',
    );
    expect(seatsOf(['a'], '10.8.0.0', '10.8.0.0/24')).toBe(
      'expected 1 addresses inside 10.8.0.0/24, found 10.8.0.0 to 10.8.0.0',
    );
  });
});
