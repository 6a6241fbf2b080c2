import { Command } from 'commander';
import type { Deps } from './deps.ts';

/** `apppot site …` */
export async function siteCommand(deps: Deps): Promise<Command> {
  const site = new Command('site').description('make a site ready for guests');
  site
    .command('rte')
    .description('print the run-time environment of an ARC service for an image')
    .requiredOption('--image <path>', 'base image, at its path on the workers')
    .option('--kernel <path>', 'kernel program on the workers; default is linux of their PATH')
    .option('--slirp <path>', 'slirp4netns or slirp on the workers; default is that of their PATH')
    .option('--name <name>', 'what jobs ask for', 'APPS/BIO/APPPOT-1.0')
    .option('-o, --output <directory>', "put it below ARC's runtimedir instead")
    .action(async (options) => (await import('./site-rte.ts')).siteRte(options, deps));
  return site;
}
