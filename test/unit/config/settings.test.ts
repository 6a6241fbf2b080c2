import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readSettings, type SectionSpec } from '../../../src/config/settings.ts';
import { tempDirectory } from '../../kit/temp.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

beforeAll(async () => {
  await import('../../../src/config/document.ts');
  await import('../../../src/config/settings-schema.ts');
}, 10_000);

const check = (): undefined => undefined;
const SPEC: SectionSpec = {
  settings: [],
  sections: {
    go: {
      settings: [
        { name: 'far', kind: 'value', path: 'image', check },
        { name: 'tool', kind: 'value', path: 'program', check },
        { name: 'log', kind: 'value', path: 'file', check },
        { name: 'how', kind: 'value', choices: ['fast', 'slow', 'off'], check },
        {
          name: 'size',
          kind: 'value',
          check: (text) => (/^\d+$/.test(text) ? undefined : 'expected digits'),
        },
        { name: 'word', kind: 'list', check },
        { name: 'env', kind: 'list', isMapping: true, check },
        { name: 'open', kind: 'switch', isOwn: true, check },
        { name: 'loud', kind: 'switch', check },
      ],
      sections: { on: { settings: [{ name: 'x', kind: 'value', check }], sections: {} } },
    },
    later: { settings: [], sections: {}, isOpen: true },
  },
};

function write(text: string): { path: string; directory: string } {
  const directory = tempDirectory();
  const path = join(directory, 'apppot.yaml');
  writeFileSync(path, text);
  return { path, directory };
}

const own = { home: '/home/me', isProject: false };
const project = { home: '/home/me', isProject: true };

describe('readSettings()', () => {
  it('reads values, lists and mappings, and sees paths from the file', async () => {
    const { path, directory } = write(`
go:
  far: disks/work.cow:../base.img
  tool: linux.uml
  log: ~/log
  how: fast
  size: 12
  word: one
  env: {A: 1, B: "x=y"}
  loud: false
  on: {x: 3}
later: [anything]
`);
    const at = (name: string, value: unknown, command = 'go') => ({
      command,
      name,
      value,
      from: path,
    });
    expect(await readSettings({ path, ...own }, SPEC)).toEqual([
      at('far', [`${directory}/disks/work.cow:${join(directory, '../base.img')}`]),
      at('tool', ['linux.uml']),
      at('log', ['/home/me/log']),
      at('how', ['fast']),
      at('size', ['12']),
      at('word', ['one']),
      at('env', ['A=1', 'B=x=y']),
      at('loud', false),
      at('x', ['3'], 'go on'),
    ]);
  });

  it('finds nothing in an empty file and in empty sections', async () => {
    for (const text of ['', '# nothing', 'go:', 'go: {on: }']) {
      expect(await readSettings({ path: write(text).path, ...own }, SPEC)).toEqual([]);
    }
  });

  it('tells all mistakes at once, with what was meant', async () => {
    const { path } = write(`go:
  hwo: fast
  how: fats
  size: much
  word: [{}]
  loud: 1
  on:
    y: 1
goo: {}
`);
    await expect(readSettings({ path, ...own }, SPEC)).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      kind: 'usage',
      message: [
        `Cannot use "${path}": 7 mistakes`,
        '  line 2: go.hwo: unknown setting; did you mean "how"?',
        '  line 3: go.how: expected fast, slow or off',
        '  line 4: go.size: expected digits',
        '  line 5: go.word[0]: expected a text or a number',
        '  line 6: go.loud: expected true or false',
        '  line 8: go.on.y: unknown setting; did you mean "x"?',
        '  line 9: goo: unknown setting; did you mean "go"?',
      ].join('\n'),
    });
  });

  it("lets a project's file widen nothing", async () => {
    const { path, directory } = write(`go:
  far: inside/work.cow:/srv/none.img
  tool: ../linux
  log: link/log
  env: [HOME, A=1]
  open: false
`);
    mkdirSync(join(directory, 'inside'));
    symlinkSync('/etc', join(directory, 'link'));
    await expect(readSettings({ path, ...project }, SPEC)).rejects.toMatchObject({
      message: [
        `Cannot use "${path}": 5 mistakes`,
        "  line 2: go.far: expected a path inside of the project's directory, or a file of root's that everybody may read",
        "  line 3: go.tool: expected a path inside of the project's directory",
        "  line 4: go.log: expected a path inside of the project's directory",
        '  line 5: go.env[0]: expected NAME=VALUE: a project does not ask for your variables',
        '  line 6: go.open: only in your own settings, or on the command line',
      ].join('\n'),
    });
    writeFileSync(
      path,
      'go: {far: "inside/work.cow:/etc/passwd", tool: ./linux, log: inside/log, env: {A: 1}}',
    );
    expect(await readSettings({ path, ...project }, SPEC)).toHaveLength(4);
    symlinkSync('/nowhere/log', join(directory, 'inside/log'));
    await expect(readSettings({ path, ...project }, SPEC)).rejects.toThrow(
      'go.log: expected a path',
    );
  });

  it('says when the file is not there', async () => {
    const path = join(tempDirectory(), 'none.yaml');
    await expect(readSettings({ path, ...own }, SPEC)).rejects.toMatchObject({
      kind: 'missing',
      message: `Cannot read the settings "${path}": no such file or directory`,
    });
  });
});
