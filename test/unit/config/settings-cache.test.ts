import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { SectionSpec } from '../../../src/config/settings.ts';
import { recallSettings } from '../../../src/config/settings-cache.ts';
import { tempDirectory } from '../../kit/temp.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

beforeAll(async () => {
  await import('../../../src/config/document.ts');
  await import('../../../src/config/settings-schema.ts');
}, 10_000);

/** Counts how often a value is really checked. */
function lab(text: string) {
  const directory = tempDirectory();
  const path = join(directory, 'apppot.yaml');
  writeFileSync(path, text);
  let checks = 0;
  const check = (): undefined => {
    checks += 1;
    return undefined;
  };
  const go = { settings: [{ name: 'log', kind: 'value', path: 'file', check }], sections: {} };
  const spec: SectionSpec = { settings: [], sections: { go: go as SectionSpec } };
  const cache = { directory: join(directory, 'cache'), uid: process.getuid?.() ?? 0 };
  const read = () => recallSettings({ path, home: '/home/me', isProject: true }, spec, cache);
  return { directory, path, cache, read, checks: () => checks };
}

describe('recallSettings()', () => {
  it('checks a file once, and again when it has changed', async () => {
    const { directory, path, read, checks } = lab('go: {log: a}');
    const first = await read();
    expect(first).toEqual([
      { command: 'go', name: 'log', value: [join(directory, 'a')], from: path },
    ]);
    expect(await read()).toEqual(first);
    expect(checks()).toBe(1);
    writeFileSync(path, 'go: {log: b}');
    expect((await read())[0]?.value).toEqual([join(directory, 'b')]);
    expect(checks()).toBe(2);
  });

  it("looks each time where a project's paths lead", async () => {
    const { directory, read } = lab('go: {log: sub/a}');
    mkdirSync(join(directory, 'sub'));
    await read();
    rmSync(join(directory, 'sub'), { recursive: true });
    symlinkSync('/etc', join(directory, 'sub'));
    await expect(read()).rejects.toThrow(
      "go.log: expected a path inside of the project's directory",
    );
  });

  it('believes no cache that others can write to, or that is damaged', async () => {
    const { cache, read, checks } = lab('go: {log: a}');
    await read();
    const [name = ''] = readdirSync(cache.directory);
    const file = join(cache.directory, name);
    chmodSync(file, 0o666);
    await read();
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20));
    await read();
    expect(checks()).toBe(3);
  });

  it('does without a cache where none can be made', async () => {
    const { cache, read } = lab('go: {log: a}');
    writeFileSync(cache.directory, '');
    expect(await read()).toHaveLength(1);
    expect(existsSync(join(cache.directory, 'x'))).toBe(false);
  });
});
