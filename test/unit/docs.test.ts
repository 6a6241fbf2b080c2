import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { commandAt, commandTree } from '../kit/command-line.ts';
import { commandLines, problemOf } from '../kit/command-words.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...['guide', 'formats'].flatMap((room) =>
    readdirSync(join(ROOT, 'docs', room)).map((page) => `docs/${room}/${page}`),
  ),
  ...readdirSync(join(ROOT, 'templates')).map((name) => `templates/${name}/README.md`),
];

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

let program: Command;
beforeAll(async () => {
  program = await commandTree();
}, 20_000);

describe('command lines in the documentation', () => {
  it.for(PAGES)('of %s are understood', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const code = [...text.matchAll(/```sh\n(.*?)```|`([^`\n]+)`/gs)].map(
      ([, a, b]) => a ?? b ?? '',
    );
    const wrong = code
      .flatMap((part) => commandLines(part.replaceAll('\\\n', ' ')))
      .flatMap((words) => {
        const problem = problemOf(program, words);
        return problem === undefined ? [] : [`${words.join(' ')}: ${problem}`];
      });
    expect(wrong).toEqual([]);
  });

  it('name every flag of AppPot 0.27 that works here', () => {
    const page = readFileSync(join(ROOT, 'docs/guide/coming-from.md'), 'utf8');
    const [, table = ''] = page.split('## AppPot 0.27');
    const left = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell).join(' ');
    const flags = [...left.matchAll(/(?<![\w-])--?[a-zA-Z]+/g)].map(([flag]) => flag);
    const known = ['start', 'snap']
      .flatMap((path) => commandAt(program, path)?.options ?? [])
      .flatMap(({ short, long }) => [short, long]);
    expect(flags).toHaveLength(18);
    expect(flags.filter((flag) => !['-h', ...known].includes(flag))).toEqual([]);
  });

  it('are looked at: a wrong one is found', () => {
    const find = (line: string) => commandLines(line).map((words) => problemOf(program, words));
    expect(find('x | apppot-start --imag a b')).toEqual(['no option --imag of start']);
    expect(find('apppot image bild x; apppot-snap diff --stat')).toEqual([
      'no command bild',
      undefined,
    ]);
    expect(find('apppot-start --confine=no true')).toEqual(['--confine has no choice no']);
    expect(find('apppot-start --image a true --imag')).toEqual([undefined]);
    expect(find('./apppot-run apppot.img apppot-starter')).toEqual([]);
  });
});

describe('messages in the documentation', () => {
  const sources = ['src', 'image/guest', 'image/host'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|c|sh)$/.test(entry.name))
      .map((entry) => readSource(join(entry.parentPath, entry.name))),
  );
  const page = readFileSync(join(ROOT, 'docs/guide/troubleshooting.md'), 'utf8');
  const messages = [...page.matchAll(/^\| `((?:Cannot|not) .*?)` \|/gm)].map(
    ([, text = '']) => text,
  );

  it('are those of the program', () => {
    expect(messages.length).toBeGreaterThan(30);
    const unknown = messages.filter((message) => !sources.some((source) => holds(source, message)));
    expect(unknown).toEqual([]);
  });

  it('are looked at: a wrong one is found', () => {
    const isFound = (message: string) => sources.some((source) => holds(source, message));
    expect(isFound('Cannot read the image "…": no such file')).toBe(true);
    expect(isFound('Cannot read the image "…": gone')).toBe(false);
    expect(isFound('Cannot read the images "…": no such file')).toBe(false);
  });
});

interface Source {
  readonly text: string;
  /** With `…` for everything that differs from call to call, as in the page. */
  readonly plain: string;
}

function readSource(path: string): Source {
  const text = readFileSync(path, 'utf8')
    .replaceAll(/['"`]\s*\+?\s*\n\s*['"`]/g, '')
    .replaceAll('\\"', '"');
  const variable = /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|%l?[sd]/g;
  return { text, plain: text.replaceAll(variable, '…') };
}

/** The whole message; or its beginning, and elsewhere what a variable part of it can be. */
function holds({ text, plain }: Source, message: string): boolean {
  if (plain.includes(message)) return true;
  const [start = '', ...parts] = message.split('…');
  const said = parts.map((part) => part.replace(/^": /, '')).filter((part) => /\w/.test(part));
  return (
    plain.includes(`${start}…`) && said.length > 0 && said.every((part) => text.includes(part))
  );
}
