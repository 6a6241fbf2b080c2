import { describe, expect, it } from 'vitest';
import { HostError } from '../../../../src/host/host.ts';
import { askSsh, parseSettings } from '../../../../src/host/ssh/settings.ts';

const CALLER = { user: 'ada', home: '/h' };

describe('parseSettings()', () => {
  it('reads what OpenSSH prints', () => {
    const text = [
      'host inner',
      'user me',
      'hostname 10.0.0.1',
      'port 2222',
      'identityfile ~/.ssh/id_rsa',
      'identityfile /keys/mine',
      'userknownhostsfile ~/.ssh/known_hosts /k2',
      'globalknownhostsfile none',
      'identityagent /run/agent',
      'proxyjump me@gate:22,second',
      '',
    ].join('\n');
    expect(parseSettings(text, CALLER)).toEqual({
      host: '10.0.0.1',
      port: 2222,
      user: 'me',
      keyName: '[10.0.0.1]:2222',
      keyFiles: ['/h/.ssh/id_rsa', '/keys/mine'],
      knownHosts: ['/h/.ssh/known_hosts', '/k2'],
      agent: '/run/agent',
      jumps: ['me@gate:22', 'second'],
    });
  });

  it('takes files of the account for those of the home', () => {
    const text = 'userknownhostsfile /root/.ssh/known_hosts\nidentityfile /root/.ssh/id\n';
    expect(parseSettings(text, { ...CALLER, accountHome: '/root' })).toMatchObject({
      knownHosts: ['/h/.ssh/known_hosts'],
      keyFiles: ['/h/.ssh/id'],
    });
  });
});

it('askSsh() uses the usual places where there is no OpenSSH', async () => {
  const missing = new HostError('no', { kind: 'missing', code: 'COMMAND_NOT_FOUND' });
  const local = {
    name: 'local',
    run: () => Promise.reject(missing),
    stream: () => expect.fail('is not asked for'),
  };
  expect(await askSsh({ host: 'head' }, CALLER, local)).toEqual({
    host: 'head',
    port: 22,
    user: 'ada',
    keyName: 'head',
    keyFiles: ['/h/.ssh/id_ed25519', '/h/.ssh/id_ecdsa', '/h/.ssh/id_rsa'],
    knownHosts: ['/h/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
    jumps: [],
  });
});
