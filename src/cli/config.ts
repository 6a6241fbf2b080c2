import { Command } from 'commander';
import type { Deps } from './deps.ts';

/** `apppot config …` */
export function configCommand(deps: Deps, load: () => Promise<Command>): Command {
  const config = new Command('config').description('look at the settings files that count here');
  config
    .command('show')
    .description('list the values that settings files and environment give, and where each is from')
    .argument('[which...]', 'only of this command, such as: image build')
    .option('--all', 'list the defaults, too')
    .option('--json', 'print the files and values as one JSON line')
    .action(async (words: string[], options) =>
      (await import('./config-show.ts')).configShow(words, options, deps, await load()),
    );
  config
    .command('check')
    .description('check settings files as a whole, every mistake at once')
    .argument('[file...]', 'the files (default: those that count here)')
    .option('--json', 'print the result as one JSON line')
    .action(async (files: string[], options) =>
      (await import('./config-check.ts')).configCheck(files, options, deps, await load()),
    );
  return config;
}
