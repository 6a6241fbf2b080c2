import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Builds the image of nodes from its recipe: packages come from the cache, when it was built before. */
export function buildNodeImage(directory: string): string {
  const { bin } = inject('installed');
  const image = join(directory, 'node.img');
  execFileSync(join(bin, 'apppot'), ['image', 'build', 'node', '-q', '-o', image], {
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return image;
}
