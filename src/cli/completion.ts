import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { bashTables } from './completion/bash.ts';
import { fishRules } from './completion/fish.ts';
import { zshFunctions } from './completion/zsh.ts';
import type { Deps } from './deps.ts';
import { PACKAGE_ROOT } from './package.ts';
import { type CommandView, viewCommand } from './view.ts';

export type Shell = (typeof SHELLS)[number];

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** @param load The whole tree of commands, for which the scripts are. */
export function completionCommand(deps: Deps, load: () => Promise<Command>): Command {
  return new Command('completion')
    .description('print a script that lets a shell complete our commands')
    .addArgument(new Argument('<shell>', 'who it is for').choices(SHELLS))
    .action(async (shell: Shell) => {
      const script = await completionScript(shell, viewCommand(await load()));
      deps.output().result(script, script.trimEnd());
    });
}

/** The script for a shell: what is made from the commands, and the functions that use it. */
export async function completionScript(shell: Shell, tree: CommandView): Promise<string> {
  const recipes = (await readdir(join(PACKAGE_ROOT, 'image/recipes'))).map((name) =>
    name.replace(/\.yaml$/, ''),
  );
  const functions = await readFile(join(PACKAGE_ROOT, 'completion', shell), 'utf8');
  if (shell === 'bash') return `${bashTables(tree, recipes)}\n\n${functions}`;
  if (shell === 'fish') return `${functions}\n${fishRules(tree, recipes)}\n`;
  return `${ZSH_HEAD}\n\n${zshFunctions(tree, recipes)}\n\n${functions}`;
}

const ZSH_HEAD = `#compdef apppot apppot-start apppot-snap
# Completion of apppot, apppot-start and apppot-snap for zsh, made from the commands.`;
