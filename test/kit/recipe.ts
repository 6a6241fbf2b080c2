import type { Recipe } from '../../src/config/recipe.ts';

/** A recipe with every setting at its default, but for those given. */
export function recipe(settings: Partial<Recipe> = {}): Recipe {
  return {
    name: 'test',
    suite: 'bookworm',
    mirrors: [],
    components: ['main'],
    packages: [],
    files: [],
    run: [],
    user: { sudo: false },
    size: 'auto',
    hostname: 'apppot',
    ...settings,
  };
}
