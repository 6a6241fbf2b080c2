import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginProject, TEMPLATES } from '../../../src/image/template.ts';
import { tempDirectory } from '../../kit/temp.ts';

const SHIPPED = join(import.meta.dirname, '../../../templates');

describe('beginProject()', () => {
  it.for(TEMPLATES)('copies the project %s, with a job that can be run', async (name) => {
    const directory = join(tempDirectory(), 'new/place');
    const files = await beginProject(join(SHIPPED, name), directory);
    expect(files).toEqual(expect.arrayContaining(['README.md', 'apppot-run', 'recipe.yaml']));
    expect(new Set(readdirSync(directory))).toEqual(new Set(files));
    expect(statSync(join(directory, 'apppot-run')).mode & 0o111).toBe(0o111);
  });

  it('knows every project that is shipped', () => {
    expect(new Set(readdirSync(SHIPPED))).toEqual(new Set(TEMPLATES));
  });

  it('overwrites nothing, and then writes nothing', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'README.md'), 'mine');
    mkdirSync(join(directory, 'recipe.yaml'));
    await expect(beginProject(join(SHIPPED, 'c'), directory)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'PROJECT_EXISTS',
      message: `Cannot begin a project in "${directory}": it has README.md, recipe.yaml`,
      hint: 'Name another directory: apppot init c DIRECTORY',
    });
    expect(existsSync(join(directory, 'apppot-run'))).toBe(false);
  });

  it('says why a directory cannot be made', async () => {
    const file = join(tempDirectory(), 'file');
    writeFileSync(file, '');
    await expect(beginProject(join(SHIPPED, 'c'), join(file, 'x'))).rejects.toMatchObject({
      code: 'PROJECT_UNWRITABLE',
      message: `Cannot begin a project in "${file}/x": not a directory`,
    });
  });
});
