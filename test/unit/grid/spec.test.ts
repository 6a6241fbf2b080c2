import { describe, expect, it } from 'vitest';
import { parseTarget, targetName } from '../../../src/grid/spec.ts';

describe('parseTarget()', () => {
  it.each([
    ['local', { kind: 'local' }, 'local'],
    ['slurm', { kind: 'slurm' }, 'slurm'],
    ['slurm via me@head:2222', { kind: 'slurm', via: 'me@head:2222' }, 'slurm via me@head:2222'],
    ['gridengine', { kind: 'gridengine' }, 'gridengine'],
    [
      'gridengine?memory=h_vmem&pe=threads via head',
      { kind: 'gridengine', memory: 'h_vmem', pe: 'threads', via: 'head' },
      'gridengine via head',
    ],
    [
      'https://ce.example.org',
      { kind: 'arc', url: 'https://ce.example.org/arex', credentials: {} },
      'ce.example.org',
    ],
    [
      'arc:https://ce.example.org:8443/other/',
      { kind: 'arc', url: 'https://ce.example.org:8443/other', credentials: {} },
      'ce.example.org:8443',
    ],
    [
      'arc-cli:https://ce.example.org',
      { kind: 'arc-cli', url: 'https://ce.example.org/arex', protocol: 'arcrest', credentials: {} },
      'ce.example.org',
    ],
    [
      'arc-cli:emies:https://ce.example.org/arex',
      { kind: 'arc-cli', url: 'https://ce.example.org/arex', protocol: 'emies', credentials: {} },
      'ce.example.org',
    ],
  ])('%s', (text, spec, name) => {
    expect(parseTarget(text, {})).toEqual(spec);
    expect(targetName(parseTarget(text, {}))).toBe(name);
  });

  it('uses the machine of the command line where a target names none', () => {
    expect(parseTarget('slurm', {}, 'me@head')).toEqual({ kind: 'slurm', via: 'me@head' });
    expect(parseTarget('slurm via other', {}, 'me@head')).toEqual({ kind: 'slurm', via: 'other' });
  });

  it.each(['', 'pbs', 'slurm?x=1', 'gridengine?queue=x', 'gridengine?pe=-l', 'http://ce', 'arc:x'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseTarget(text, {})).toThrow(`Cannot use the target "${text}": expected`);
    },
  );

  it('refuses a machine that is none', () => {
    expect(() => parseTarget('slurm via -oProxyCommand=x', {})).toThrow(
      'Cannot use "-oProxyCommand=x" as a machine: expected user@host or user@host:port',
    );
  });
});
