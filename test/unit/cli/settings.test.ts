import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { applySettings } from '../../../src/cli/settings/apply.ts';
import { sectionSpec } from '../../../src/cli/settings/spec.ts';
import type { Setting } from '../../../src/config/settings.ts';
import { commandAt, commandTree, say } from '../../kit/command-line.ts';
import { tempDirectory } from '../../kit/temp.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

beforeAll(async () => {
  await commandTree();
  await import('../../../src/config/document.ts');
  await import('../../../src/config/settings-schema.ts');
}, 20_000);

function collect(word: string, all: readonly string[]): string[] {
  return [...all, word];
}

function goCommand(): Command {
  const go = new Command('go')
    .option('--size <n>', '', Number)
    .option('--word <w>', '', collect, [])
    .option('--env <name=value>', '', collect, [])
    .option('--no-cache')
    .option('--dry-run');
  go.addOption(go.createOption('--left <x>').conflicts('right')).option('--right <x>');
  new Command('apppot').addCommand(go);
  return go;
}

const set = (name: string, value: Setting['value'], from = 'file'): Setting => ({
  command: 'go',
  name,
  value,
  from,
});

describe('applySettings()', () => {
  it('fills in what the command line left out, the strongest setting last', () => {
    const go = goCommand().parse([], { from: 'user' });
    const settings = [set('size', ['1']), set('size', ['2'], 'nearer'), set('cache', false)];
    expect(applySettings(go, settings)).toEqual(settings.slice(1));
    expect(go.opts()).toEqual({ size: 2, word: [], env: [], cache: false });
  });

  it('leaves what the command line says; only variables add up', () => {
    const words = ['--size', '3', '--word', 'c', '--env', 'A=3'];
    const go = goCommand().parse(words, { from: 'user' });
    const settings = [set('env', ['A=1', 'B=1']), set('env', ['A=2'], 'nearer')];
    expect(applySettings(go, [set('size', ['1']), set('word', ['a']), ...settings])).toEqual(
      settings,
    );
    expect(go.opts()).toEqual({
      size: 3,
      word: ['c'],
      env: ['A=1', 'B=1', 'A=2', 'A=3'],
      cache: true,
    });
  });

  it('drops what cannot stand beside the command line', () => {
    for (const [given, setting] of [
      ['--left', 'right'],
      ['--right', 'left'],
    ] as const) {
      const go = goCommand().parse([given, 'x'], { from: 'user' });
      expect(applySettings(go, [set(setting, ['y'])])).toEqual([]);
    }
  });

  it("leaves whose network a guest joins to the user, not to a project's file", async () => {
    const start = commandAt(await commandTree(), 'start');
    const own = sectionSpec(start ?? new Command()).settings.filter(({ isOwn }) => isOwn);
    const names = own.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['net', 'switch-secret', 'publish', 'bind']));
  });

  it('knows no defaults for what one call is for', () => {
    const go = goCommand().parse([], { from: 'user' });
    expect(applySettings(go, [set('dry-run', true)])).toEqual([]);
  });
});

describe('settings files', () => {
  const named = (text: string): string => {
    const path = join(tempDirectory(), 'own.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('are used by every command', async () => {
    const directory = tempDirectory();
    const APPPOT_CONFIG = named('image: {ls: {json: true}}');
    expect(await say('apppot', ['image', 'ls', directory], { APPPOT_CONFIG })).toEqual({
      status: 0,
      stdout: '[]\n',
      stderr: '',
    });
  });

  it('are checked where they say something of the command, and wholly by config check', async () => {
    const APPPOT_CONFIG = named('image: {ls: {josn: true}}\nstart: {confine: no}\nstrat: {}\n');
    const mistakes = [
      '  line 1: image.ls.josn: unknown setting; did you mean "json"?',
      '  line 3: strat: unknown setting; did you mean "start"?',
    ];
    const listed = await say('apppot', ['image', 'ls'], { APPPOT_CONFIG });
    expect(listed).toEqual({
      status: 2,
      stdout: '',
      stderr: `apppot: Cannot use "${APPPOT_CONFIG}": 2 mistakes\n${mistakes.join('\n')}\n`,
    });
    const checked = await say('apppot', ['config', 'check'], { APPPOT_CONFIG });
    expect(checked.status).toBe(2);
    expect(checked.stderr).toContain('3 mistakes');
    expect(checked.stderr).toContain('line 2: start.confine: expected auto, ');
  });

  it('are overruled by the environment', async () => {
    const APPPOT_CONFIG = named('start: {mem: 1G, kernel: linux.uml}');
    const env = { APPPOT_CONFIG, APPPOT_MEM: '600M', APPPOT_IMAGE: '' };
    const { stdout } = await say('apppot', ['config', 'show', 'start', '--json'], env);
    expect(JSON.parse(stdout)).toEqual({
      files: [{ path: APPPOT_CONFIG, kind: 'named', isThere: true }],
      settings: [
        { command: 'start', name: 'mem', value: ['600M'], from: 'APPPOT_MEM' },
        { command: 'start', name: 'kernel', value: ['linux.uml'], from: APPPOT_CONFIG },
      ],
    });
  });

  it('of commands that there are not cannot be shown', async () => {
    expect(await say('apppot', ['config', 'show', 'strat'], { APPPOT_CONFIG: '' })).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'apppot: Cannot show the settings of "strat": no such command\n' +
        '  Name a command as on the command line: apppot config show image build\n',
    });
  });
});
