import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { closest } from '../base/suggest.ts';
import { ConfigError } from './errors.ts';
import type { Recipe, RecipeFile } from './recipe.ts';
import type { RecipeLayer } from './recipe-schema.ts';

/** Owner of the guest user's home directory in every image. */
export const GUEST_USER_ID = 1_000;

/**
 * Reads a recipe and those that it extends.
 *
 * @param wanted Path of a YAML file (anything with a slash, or ending in `.yaml` or `.yml`), else
 * the name of a recipe in `shipped`.
 * @param shipped Directory of the recipes that come with the program.
 * @throws {ConfigError} `RECIPE_UNKNOWN`, `RECIPE_CYCLE`, `FILE_UNREADABLE`, `FILE_MALFORMED`
 */
export async function loadRecipe(wanted: string, shipped: string): Promise<Recipe> {
  const path = recipePath(wanted, '.', shipped);
  const layers = await loadLayers(path, shipped, []);
  return {
    name: basename(path).replace(/\.ya?ml$/, ''),
    suite: last(layers, 'suite') ?? 'bookworm',
    mirrors: last(layers, 'mirror') ?? [],
    components: last(layers, 'components') ?? ['main'],
    packages: [...new Set(layers.flatMap(({ packages }) => packages ?? []))].toSorted(),
    files: layers.flatMap(({ loadedFiles }) => loadedFiles),
    run: layers.flatMap(({ run }) => run ?? []),
    user: { sudo: last(layers, 'user')?.sudo ?? false },
    size: last(layers, 'size') ?? 'auto',
    hostname: last(layers, 'hostname') ?? 'apppot',
  };
}

type Layer = RecipeLayer & { readonly loadedFiles: readonly RecipeFile[] };

/** The recipe's own layer last, after those of what it extends. */
async function loadLayers(
  path: string,
  shipped: string,
  above: readonly string[],
): Promise<readonly Layer[]> {
  if (above.includes(path)) throw cycle([...above, path]);
  const text = await readRecipe(path, shipped);
  const [{ readDocument }, { recipeSchema }] = await Promise.all([
    import('./document.ts'),
    import('./recipe-schema.ts'),
  ]);
  const layer = readDocument(text, path, recipeSchema);
  const below =
    layer.extends === undefined
      ? []
      : await loadLayers(recipePath(layer.extends, dirname(path), shipped), shipped, [
          ...above,
          path,
        ]);
  return [...below, { ...layer, loadedFiles: await loadFiles(layer, path) }];
}

function recipePath(wanted: string, from: string, shipped: string): string {
  const isPath = wanted.includes('/') || /\.ya?ml$/.test(wanted);
  return isPath ? resolve(from, wanted) : resolve(shipped, `${wanted}.yaml`);
}

function loadFiles(layer: RecipeLayer, recipe: string): Promise<RecipeFile[]> {
  return Promise.all(
    (layer.files ?? []).map(async ({ path, source, content, mode, owner }) => ({
      path,
      content:
        source === undefined
          ? Buffer.from(content ?? '')
          : await readSource(resolve(dirname(recipe), source), `source of ${path}`),
      mode: Number.parseInt(mode ?? '0644', 8),
      ...toIds(owner ?? 'root'),
    })),
  );
}

function toIds(owner: string): { uid: number; gid: number } {
  if (owner === 'root') return { uid: 0, gid: 0 };
  if (owner === 'user') return { uid: GUEST_USER_ID, gid: GUEST_USER_ID };
  const [uid = 0, gid = 0] = owner.split(':').map(Number);
  return { uid, gid };
}

async function readRecipe(path: string, shipped: string): Promise<string> {
  try {
    return (await readSource(path, 'recipe')).toString();
  } catch (error) {
    const isName = dirname(path) === resolve(shipped);
    throw isName ? await unknownRecipe(basename(path, '.yaml'), shipped) : error;
  }
}

async function readSource(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(`Cannot read the ${what} "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'FILE_UNREADABLE',
      cause,
    });
  }
}

function last<K extends keyof Layer>(layers: readonly Layer[], key: K): Layer[K] | undefined {
  return layers.findLast((layer) => layer[key] !== undefined)?.[key];
}

function cycle(paths: readonly string[]): ConfigError {
  return new ConfigError(`Cannot extend a recipe by itself: ${paths.join(' -> ')}`, {
    kind: 'usage',
    code: 'RECIPE_CYCLE',
  });
}

async function unknownRecipe(name: string, shipped: string): Promise<ConfigError> {
  const names = (await readdir(shipped).catch(() => []))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'));
  const meant = closest(name, names);
  return new ConfigError(`Cannot find the recipe "${name}": no recipe of that name is shipped`, {
    kind: 'missing',
    code: 'RECIPE_UNKNOWN',
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Shipped are: ${names.toSorted().join(', ')}. A file of yours needs its path: ./${name}.yaml`,
  });
}
