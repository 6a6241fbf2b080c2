import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPieces } from '../../../src/guests/pieces.ts';
import { tempDirectory } from '../../kit/temp.ts';

async function all(directory: string, check = () => undefined): Promise<string[]> {
  const found: string[] = [];
  for await (const { kind, data, number } of readPieces(directory, check)) {
    found.push(`${number} ${kind} ${data}`);
  }
  return found;
}

describe('readPieces()', () => {
  it('reads them in their order, also those that come later, and removes them', async () => {
    const directory = tempDirectory();
    const put = (name: string, text: string) => {
      writeFileSync(join(directory, 'next'), text);
      renameSync(join(directory, 'next'), join(directory, name));
    };
    put('1.err', 'b');
    put('0.out', 'a');
    const reading = all(directory);
    setImmediate(() => {
      put('2.out', '');
      put('3.end', '7\n');
      put('4.out', 'too late');
    });
    expect(await reading).toEqual(['0 out a', '1 err b', '2 out ', '3 end 7\n']);
    expect(existsSync(join(directory, '1.err'))).toBe(false);
  });

  it.for([
    ['a link', (path: string) => symlinkSync('/etc/hostname', path)],
    ['a directory', (path: string) => mkdirSync(path)],
    ['a huge file', (path: string) => writeFileSync(path, Buffer.alloc(2 ** 20 + 1))],
  ] as const)('trusts no guest that makes %s of one', async ([, make]) => {
    const directory = tempDirectory();
    make(join(directory, '0.out'));
    await expect(all(directory)).rejects.toMatchObject({ code: 'SESSION_BROKEN' });
  });

  it('asks now and then whether there still is somebody to wait for', async () => {
    const check = () => {
      throw new Error('it is gone');
    };
    await expect(all(tempDirectory(), check)).rejects.toThrow('it is gone');
  });
});
