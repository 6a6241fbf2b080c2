import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkBinds, parseBind } from '../../../src/launch/binds.ts';
import type { Bind } from '../../../src/launch/launch.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const at = (name: string): string => `${directory.path}/${name}`;

beforeAll(() => {
  mkdirSync(at('data/in'), { recursive: true });
  writeFileSync(at('file'), '');
  symlinkSync(at('data'), at('link'));
});

describe('parseBind()', () => {
  it.for([
    ['data:/mnt/x', { guest: '/mnt/x', isReadOnly: false }],
    ['data:/mnt/x:ro', { guest: '/mnt/x', isReadOnly: true }],
    ['data:/mnt/x/:rw', { guest: '/mnt/x', isReadOnly: false }],
    ['data:/mnt/./y/../x', { guest: '/mnt/x', isReadOnly: false }],
  ] as const)('reads %s', ([text, bind]) => {
    expect(parseBind(at(text))).toEqual({ host: at('data'), ...bind });
  });

  it('shows a directory at its own place when no other is named', () => {
    expect(parseBind(at('data'))).toMatchObject({ host: at('data'), guest: at('data') });
  });

  it.for([
    ['data:/x:rx', 'BIND_MALFORMED', 'it is not of the form HOST:GUEST or HOST:GUEST:ro'],
    ['data:/x:ro:y', 'BIND_MALFORMED', 'it is not of the form HOST:GUEST or HOST:GUEST:ro'],
    ['data:x', 'BIND_MALFORMED', '"x" is no absolute path'],
    ['data:/x/..', 'BIND_MALFORMED', '"/" is the whole guest'],
    ['data:/proc/x', 'BIND_MALFORMED', '"/proc/x" is in /proc, which the guest needs itself'],
  ] as const)('refuses %s', ([text, code, reason]) => {
    expect(() => parseBind(at(text))).toThrow(
      expect.objectContaining({ code, message: `Cannot bind "${at(text)}": ${reason}` }),
    );
  });

  it.for([
    ['nowhere', 'missing', 'no such file or directory'],
    ['file', 'conflict', 'it is no directory'],
  ] as const)('refuses %s, which is no directory', ([name, kind, reason]) => {
    chmodSync(at('file'), 0o755);
    expect(() => parseBind(`${at(name)}:/x`)).toThrow(
      expect.objectContaining({
        kind,
        message: `Cannot bind the directory "${at(name)}": ${reason}`,
      }),
    );
  });
});

describe('checkBinds()', () => {
  const bwrap = { kind: 'bwrap', program: '/bin/bwrap' } as const;
  const landlock = { kind: 'landlock', program: '/bin/apppot-confine' } as const;
  const bind = (name: string, guest: string, isReadOnly = false): Bind => ({
    host: at(name),
    guest,
    isReadOnly,
  });

  it('refuses two directories at one place', () => {
    expect(() => checkBinds([bind('data', '/x'), bind('data/in', '/x')], undefined, bwrap)).toThrow(
      `Cannot bind the directory "${at('data/in')}": "${at('data')}" is bound to "/x" already`,
    );
  });

  it('refuses for reading only what the guest may write to by another way', () => {
    const message =
      `Cannot bind the directory "${at('data')}": ` +
      `the guest may write to it by way of "${at('link')}"`;
    expect(() => checkBinds([bind('data', '/x', true)], at('link'), bwrap)).toThrow(message);
    const both = [bind('data', '/x', true), bind('link', '/y')];
    expect(() => checkBinds(both, undefined, landlock)).toThrow(message);
  });

  it('takes a directory for reading within one for writing where the sandbox guards it', () => {
    const inner = [bind('data/in', '/x', true)];
    expect(() => checkBinds(inner, at('data'), bwrap)).not.toThrow();
    expect(() => checkBinds(inner, at('data'), landlock)).toThrow('by way of');
  });

  it('takes a directory for writing within one for reading', () => {
    expect(() => checkBinds([bind('data', '/x', true)], at('data/in'), landlock)).not.toThrow();
  });
});
