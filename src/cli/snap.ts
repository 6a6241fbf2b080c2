/**
 * `apppot snap`, also called `apppot-snap`: record a base, keep the changes, merge them elsewhere.
 *
 * @module
 */

import { Command } from 'commander';
import { baseCommand } from './snap-base.ts';
import { changesCommand } from './snap-changes.ts';
import type { SnapDeps } from './snap-deps.ts';
import { diffCommand } from './snap-diff.ts';
import { indexCommand } from './snap-index.ts';
import { mergeCommand } from './snap-merge.ts';
import { rebaseCommand } from './snap-rebase.ts';
import { showCommand } from './snap-show.ts';
import { verifyCommand } from './snap-verify.ts';

export function snapCommand(deps: SnapDeps): Command {
  const command = new Command('snap').description(
    'record a base, keep what changed since as a small bundle, merge it elsewhere',
  );
  command
    .enablePositionalOptions()
    .option('-v, --verbose', 'name each path')
    .option('-n, --dry-run', 'change nothing, only say what would be done')
    .option('-q, --quiet', 'no progress and no notes; warnings, failures and lists asked for stay');
  const commands = [
    ...[baseCommand, changesCommand, mergeCommand],
    ...[diffCommand, showCommand, verifyCommand, rebaseCommand, indexCommand],
  ];
  for (const make of commands) command.addCommand(make(deps));
  return command;
}
