import { Command } from 'commander';
import type { Deps } from './deps.ts';

/** `apppot image …` */
export async function imageCommand(deps: Deps): Promise<Command> {
  const image = new Command('image').description('build base images and look at them');
  image
    .command('build')
    .description('build a base image from a recipe')
    .argument(
      '<recipe>',
      'path of a YAML file, or the name of a shipped recipe: minimal, develop, mpi',
    )
    .requiredOption('-o, --output <image>', 'the image; its record is put beside it as IMAGE.json')
    .option('--no-cache', 'make every stage anew')
    .option('--dry-run', 'print the plan and build nothing')
    .option('--json', 'print the record, or the plan, as JSON')
    .option('-q, --quiet', 'no progress, and no record unless --json asks for it')
    .action(async (recipe: string, options) =>
      (await import('./image-build.ts')).imageBuild(recipe, options, deps),
    );
  image
    .command('ls')
    .description('list the images in a directory')
    .argument('[directory]', 'where they are', '.')
    .option('--json', 'print the records as JSON')
    .action(async (directory: string, options) =>
      (await import('./image-ls.ts')).imageLs(directory, options, deps),
    );
  image
    .command('inspect')
    .description('show the record of an image')
    .argument('<image>', 'path of the image')
    .option('--json', 'print the whole record as JSON')
    .option('--verify', 'read the image and compare its digest')
    .action(async (path: string, options) =>
      (await import('./image-inspect.ts')).imageInspect(path, options, deps),
    );
  return image;
}
