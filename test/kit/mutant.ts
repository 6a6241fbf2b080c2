import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** One change of a source file: the text must be there exactly once. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** A module with all that it imports, after some changes of their sources. */
export async function loadMutant<Module>(entry: string, edits: readonly Edit[]): Promise<Module> {
  const directory = await mkdtemp(join(tmpdir(), 'apppot-mutant-'));
  try {
    const outfile = join(directory, 'mutant.mjs');
    await build({
      ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' },
      ...{ entryPoints: [join(ROOT, entry)], external: ['libsql'], plugins: [changing(edits)] },
    });
    return (await import(pathToFileURL(outfile).href)) as Module;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function changing(edits: readonly Edit[]): Plugin {
  return {
    name: 'changing',
    setup({ onLoad }) {
      for (const path of new Set(edits.map(({ file }) => join(ROOT, file)))) {
        onLoad({ filter: new RegExp(`^${path.replaceAll('.', '\\.')}$`) }, async () => {
          const text = await readFile(path, 'utf8');
          const own = edits.filter(({ file }) => join(ROOT, file) === path);
          return { contents: own.reduce(change, text), loader: 'ts' };
        });
      }
    },
  };
}

function change(text: string, { file, from, to }: Edit): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
