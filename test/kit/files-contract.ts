import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { Files } from '../../src/host/files.ts';

/** What all {@link Files} promise. @param place Gives a directory that they and this process share. */
export function filesContract(filesOf: () => Files, place: () => string): void {
  const fresh = (): string => mkdtempSync(join(place(), 'files-'));

  it('know nothing of what is not there', async () => {
    const files = filesOf();
    const path = join(fresh(), 'no/such');
    expect([await files.list(path), await files.readText(path), await files.read(path)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await files.remove(path);
  });

  it('write and read texts and bytes', async () => {
    const files = filesOf();
    const path = join(fresh(), 'a file ä "$x"');
    await files.writeText(path, 'first', 0o600);
    await files.writeText(path, 'ä\n', 0o700);
    expect(await files.readText(path)).toBe('ä\n');
    const body = await files.read(path);
    expect(body && (await buffer(body))).toEqual(Buffer.from('ä\n'));
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('make directories with their parents, again without harm, and list them', async () => {
    const files = filesOf();
    const top = fresh();
    await files.makeDirectory(join(top, 'one/two'));
    await files.makeDirectory(join(top, 'one/two'));
    await files.writeText(join(top, 'one/file'), '', 0o600);
    const found = await files.list(join(top, 'one'));
    expect(found?.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'file', isDirectory: false },
      { name: 'two', isDirectory: true },
    ]);
    expect(statSync(join(top, 'one')).mode & 0o777).toBe(0o700);
  });

  it('copy in a whole directory, links followed, modes kept', async () => {
    const files = filesOf();
    const [local, to] = [fresh(), join(fresh(), 'copy')];
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    mkdirSync(join(local, 'sub dir'));
    writeFileSync(join(local, 'sub dir/data'), bytes);
    writeFileSync(join(local, 'run'), '#!/bin/sh\n');
    writeFileSync(join(local, 'empty'), '');
    chmodSync(join(local, 'run'), 0o755);
    symlinkSync('sub dir', join(local, 'link'));
    await files.copyIn(local, to);
    expect(readFileSync(join(to, 'sub dir/data')).equals(bytes)).toBe(true);
    expect(readFileSync(join(to, 'link/data')).equals(bytes)).toBe(true);
    expect(readFileSync(join(to, 'empty'), 'utf8')).toBe('');
    expect(statSync(join(to, 'run')).mode & 0o777).toBe(0o755);
  });

  it('move a directory, but neither onto another one nor from nowhere', async () => {
    const files = filesOf();
    const top = fresh();
    for (const name of ['a', 'b']) {
      await files.makeDirectory(join(top, name));
      await files.writeText(join(top, name, 'name'), name, 0o600);
    }
    expect(await files.move(join(top, 'a'), join(top, 'b'))).toBe(false);
    expect(await files.readText(join(top, 'b/name'))).toBe('b');
    expect(await files.move(join(top, 'a'), join(top, 'c'))).toBe(true);
    expect(await files.move(join(top, 'a'), join(top, 'd'))).toBe(false);
    await files.remove(join(top, 'c'));
    expect(await files.list(join(top, 'c'))).toBeUndefined();
  });
}
