import { expect, it } from 'vitest';
import { fingerprint, knownKeys } from '../../../../src/host/ssh/known-hosts.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJhH';
const found = (line: string, name: string): readonly string[] =>
  knownKeys(line, name).keys.map(({ type }) => type);

it.each([
  ['head.example.org', `head.example.org ssh-ed25519 ${KEY} a comment`, 1],
  ['HEAD.example.org', `head.example.org,10.0.0.1 ssh-ed25519 ${KEY}`, 1],
  ['head.example.org', `*.example.org ssh-ed25519 ${KEY}`, 1],
  ['head.example.org', `*.example.org,!head.* ssh-ed25519 ${KEY}`, 0],
  ['headXexample.org', `head.example.org ssh-ed25519 ${KEY}`, 0],
  ['head.example.org', `# head.example.org ssh-ed25519 ${KEY}`, 0],
  ['head.example.org', `@cert-authority *.example.org ssh-ed25519 ${KEY}`, 0],
  ['[head]:2222', `[head]:2222 ssh-ed25519 ${KEY}`, 1],
  ['[head]:2222', `head ssh-ed25519 ${KEY}`, 0],
  ['[h2]:2222', `[h?]:2222 ssh-ed25519 ${KEY}`, 1],
  ['head', '', 0],
])('%s is known by "%s" in %i ways', (name, line, count) => {
  expect(found(line, name)).toHaveLength(count);
});

it('knownKeys() gives every kind of key, and those that are revoked', () => {
  const text = `head ssh-ed25519 ${KEY}\nhead ssh-rsa AAAAB3\n@revoked * ssh-rsa AAAAB9\n`;
  expect(knownKeys(text, 'head')).toEqual({
    keys: [
      { type: 'ssh-ed25519', key: KEY },
      { type: 'ssh-rsa', key: 'AAAAB3' },
    ],
    revoked: ['AAAAB9'],
  });
});

it('fingerprint() is as OpenSSH shows it', () => {
  expect(fingerprint(Buffer.from(''))).toBe('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
});
