import { describe, expect, it } from 'vitest';
import { renderClient, renderServer } from '../../../src/vpn/config.ts';
import { parseIndex } from '../../../src/vpn/openssl-index.ts';
import { parseStatus } from '../../../src/vpn/status.ts';

// As OpenVPN 2.6.3 wrote it.
const STATUS = [
  'TITLE\tOpenVPN 2.6.3 x86_64-pc-linux-gnu',
  'TIME\t2026-11-26 17:16:05\t1795713365',
  'HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tVirtual Address',
  'CLIENT_LIST\tabc1\t127.0.0.1:39436\t10.8.0.77\t\t3119\t3367\t2026-11-26 17:16:03\t1795713363\tUNDEF\t0\t0',
  'CLIENT_LIST\tUNDEF\t127.0.0.1:39440\t\t\t0\t0\t2026-11-26 17:16:04\t1795713364\tUNDEF\t1\t1',
  'HEADER\tROUTING_TABLE\tVirtual Address\tCommon Name\tReal Address\tLast Ref',
  'ROUTING_TABLE\t10.8.0.77\tabc1\t127.0.0.1:39436\t2026-11-26 17:16:04\t1795713364',
  'GLOBAL_STATS\tMax bcast/mcast queue length\t0',
  'END',
  '',
].join('\n');

describe('parseStatus()', () => {
  it('tells who is connected, without those who are not known yet', () => {
    const clients = new Map([['abc1', '10.8.0.77']]);
    expect(parseStatus(STATUS)).toEqual({ written: 1_795_713_365, clients });
  });

  it('takes no part for the whole', () => {
    for (const length of [0, 40, 200, STATUS.length - 5]) {
      expect(parseStatus(STATUS.slice(0, length))).toBeUndefined();
    }
  });
});

describe('parseIndex()', () => {
  it('tells what is valid and what is revoked', () => {
    const text = [
      'V\t270125171604Z\t\t0A1B\tunknown\t/CN=abc1',
      'R\t270125171604Z\t261126171605Z\tFF00\tunknown\t/CN=abc2',
      '',
    ].join('\n');
    expect(parseIndex(text)).toEqual([
      { serial: '0A1B', name: 'abc1', isRevoked: false },
      { serial: 'FF00', name: 'abc2', isRevoked: true },
    ]);
  });
});

describe('renderServer()', () => {
  it('refuses whoever has no file, or a revoked certificate; quotes odd paths', () => {
    const paths = { clients: '/a b/clients', revoked: '/v/revoked.pem', status: '/v/status' };
    const where = { address: '127.0.0.1', port: 1_194, network: '10.8.0.0', mask: '255.255.255.0' };
    const text = renderServer({ ...where, protocol: 'tcp', device: 'tun0', paths }, '/v');
    expect(text.split('\n')).toEqual([
      ...['dev tun0', 'dev-type tun', 'topology subnet', 'server 10.8.0.0 255.255.255.0 nopool'],
      ...['local 127.0.0.1', 'port 1194', 'proto tcp-server'],
      ...['ca /v/server.ca', 'cert /v/server.cert', 'key /v/server.key'],
      ...['dh none', 'tls-version-min 1.2', 'crl-verify /v/revoked.pem'],
      ...['client-config-dir "/a b/clients"', 'ccd-exclusive'],
      ...['keepalive 5 20', 'persist-key', 'persist-tun', 'verb 3'],
      ...['status /v/status 2', 'status-version 3', ''],
    ]);
  });
});

describe('renderClient()', () => {
  it('believes no other server', () => {
    const server = { server: 'vpn.example.org', port: 1_194, protocol: 'udp' } as const;
    const text = renderClient({ ...server, serverName: 'vpn-server' });
    expect(text).toContain('\nremote-cert-tls server\n');
    expect(text).toContain('\nverify-x509-name vpn-server name\n');
    expect(text).toContain('\nremote vpn.example.org 1194\nproto udp\n');
  });
});
