import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { beginProject, TEMPLATES } from '../image/template.ts';
import type { Deps } from './deps.ts';
import { PACKAGE_ROOT } from './package.ts';

/** `apppot init` */
export function initCommand(deps: Deps): Command {
  return new Command('init')
    .description('begin a project: a recipe, a small program, the job that runs it')
    .addArgument(new Argument('<template>', 'what it is written in').choices(TEMPLATES))
    .argument('[directory]', 'where it goes; made when missing', '.')
    .option('--json', 'print the names of the files as one JSON line')
    .action((template: string, directory: string, options: { readonly json?: boolean }) =>
      init(template, directory, options, deps),
    );
}

async function init(
  template: string,
  directory: string,
  { json }: { readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  const files = await beginProject(join(PACKAGE_ROOT, 'templates', template), directory);
  const text = [
    ...files.map((file) => join(directory, file)),
    '',
    'Go on with:',
    ...(directory === '.' ? [] : [`  cd ${directory}`]),
    '  apppot image build ./recipe.yaml -o base.img',
    '  apppot-start',
  ];
  deps.output(json).result({ template, directory, files }, text.join('\n'));
}
