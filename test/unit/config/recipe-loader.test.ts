import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadRecipe } from '../../../src/config/recipe-loader.ts';

const SHIPPED = join(import.meta.dirname, '../../../image/recipes');

let directory: string;

beforeAll(async () => {
  await import('../../../src/config/document.ts');
  await import('../../../src/config/recipe-schema.ts');
}, 10_000);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'recipe-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('loadRecipe()', () => {
  it('gives everything that an empty recipe leaves out its default', async () => {
    expect(await loadRecipe(write('mine.yaml', ''), SHIPPED)).toEqual({
      name: 'mine',
      suite: 'bookworm',
      mirrors: [],
      components: ['main'],
      packages: [],
      files: [],
      run: [],
      user: { sudo: false },
      size: 'auto',
      hostname: 'apppot',
    });
  });

  it('reads every setting', async () => {
    write('motd', 'welcome');
    const path = write(
      'full.yaml',
      `
suite: trixie
mirror: https://mirror.invalid/debian
components: [main, non-free]
packages: [gcc, make, gcc]
files:
  - {path: /etc/motd, source: motd, mode: "0600", owner: "33:34"}
  - {path: /home/user/.profile, content: "x\\n", owner: user}
run:
  - echo one
user: {sudo: true}
size: 2G
hostname: node-1
`,
    );
    expect(await loadRecipe(path, SHIPPED)).toEqual({
      name: 'full',
      suite: 'trixie',
      mirrors: ['https://mirror.invalid/debian'],
      components: ['main', 'non-free'],
      packages: ['gcc', 'make'],
      files: [
        { path: '/etc/motd', content: Buffer.from('welcome'), mode: 0o600, uid: 33, gid: 34 },
        {
          path: '/home/user/.profile',
          content: Buffer.from('x\n'),
          mode: 0o644,
          uid: 1_000,
          gid: 1_000,
        },
      ],
      run: ['echo one'],
      user: { sudo: true },
      size: 2 ** 31,
      hostname: 'node-1',
    });
  });

  it('adds lists to those of the recipe that it extends, and replaces single values', async () => {
    write('below.yaml', 'packages: [bb]\nrun: [echo 1]\nhostname: low\nsize: 1G\n');
    const path = write(
      'above.yaml',
      'extends: ./below.yaml\npackages: [aa]\nrun: [echo 2]\nhostname: high\n',
    );
    expect(await loadRecipe(path, SHIPPED)).toMatchObject({
      name: 'above',
      packages: ['aa', 'bb'],
      run: ['echo 1', 'echo 2'],
      hostname: 'high',
      size: 2 ** 30,
    });
  });

  it('finds a path beside the recipe that names it', async () => {
    mkdirSync(join(directory, 'sub'));
    write('sub/below.yaml', 'files: [{path: /etc/x, source: x}]\n');
    write('sub/x', 'found');
    const path = write('above.yaml', 'extends: sub/below.yaml\n');
    expect(
      (await loadRecipe(path, SHIPPED)).files.map(({ content }) => content.toString()),
    ).toEqual(['found']);
  });

  it.for(['minimal', 'develop', 'mpi'])('knows the shipped recipe %s by its name', async (name) => {
    const recipe = await loadRecipe(name, SHIPPED);
    expect({ name: recipe.name, suite: recipe.suite }).toEqual({ name, suite: 'bookworm' });
  });

  it('keeps Node.js out of minimal and puts it into develop', async () => {
    const has = async (name: string): Promise<boolean> =>
      (await loadRecipe(name, SHIPPED)).packages.includes('nodejs');
    expect([await has('minimal'), await has('develop')]).toEqual([false, true]);
  });

  it('names the shipped recipes when it does not know one', async () => {
    await expect(loadRecipe('minimum', SHIPPED)).rejects.toMatchObject({
      message: 'Cannot find the recipe "minimum": no recipe of that name is shipped',
      hint: 'Did you mean minimal? Shipped are: develop, minimal, mpi, node. A file of yours needs its path: ./minimum.yaml',
      code: 'RECIPE_UNKNOWN',
      kind: 'missing',
    });
  });

  it('refuses recipes that extend each other', async () => {
    const path = write('a.yaml', 'extends: ./b.yaml\n');
    const other = write('b.yaml', 'extends: ./a.yaml\n');
    await expect(loadRecipe(path, SHIPPED)).rejects.toMatchObject({
      message: `Cannot extend a recipe by itself: ${path} -> ${other} -> ${path}`,
      code: 'RECIPE_CYCLE',
    });
  });

  it('names a source that cannot be read, and where it goes', async () => {
    const path = write('a.yaml', 'files: [{path: /etc/x, source: gone}]\n');
    await expect(loadRecipe(path, SHIPPED)).rejects.toThrow(
      `Cannot read the source of /etc/x "${join(directory, 'gone')}": no such file or directory`,
    );
  });

  it('tells all mistakes at once, with their lines and paths', async () => {
    const path = write(
      'bad.yaml',
      `suite: 7
packages:
  - ok
  - Not OK
files:
  - path: etc/motd
    content: x
  - path: /etc/issue
    mode: 0644
sizes: 1G
size: big
user:
  sudo: perhaps
  shell: zsh
mirror: [ftp]
hostname: -x
`,
    );
    await expect(loadRecipe(path, SHIPPED)).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
      kind: 'usage',
      message: [
        `Cannot use "${path}": 11 mistakes`,
        '  line 1: suite: expected the name of a release such as bookworm',
        '  line 4: packages[1]: expected the name of a package',
        '  line 6: files[0].path: expected an absolute path without ".." such as /etc/motd',
        '  line 8: files[1]: expected either source or content',
        '  line 9: files[1].mode: expected octal digits in quotes such as "0644"',
        '  line 10: sizes: unknown setting; did you mean "size"?',
        '  line 11: size: expected auto or a size such as 1G',
        '  line 13: user.sudo: expected true or false',
        '  line 14: user.shell: unknown setting',
        '  line 15: mirror[0]: expected an address such as https://HOST/debian, or a "deb …" line',
        '  line 16: hostname: expected letters, digits and hyphens, at most 63',
      ].join('\n'),
    });
  });

  it('tells where the text is not YAML', async () => {
    const path = write('bad.yaml', 'suite: bookworm\npackages: [a\n');
    await expect(loadRecipe(path, SHIPPED)).rejects.toThrow(
      /^Cannot use ".*": 1 mistake\n {2}line 3: Flow sequence in block collection must be/,
    );
  });

  it('refuses a list where settings are expected', async () => {
    const path = write('bad.yaml', '- suite\n');
    await expect(loadRecipe(path, SHIPPED)).rejects.toThrow(
      `Cannot use "${path}": 1 mistake\n  line 1: expected a mapping of settings`,
    );
  });
});
