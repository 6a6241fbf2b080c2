import { Command } from 'commander';
import { listGuests } from '../guests/list.ts';
import { renderGuests } from '../guests/render.ts';
import type { Deps } from './deps.ts';
import { ownParents } from './guests.ts';

/** `apppot ps` */
export function psCommand(deps: Deps): Command {
  return new Command('ps')
    .description('list your guests; what dead ones left is removed')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print only names', false)
    .action(({ json, quiet }: { readonly json?: boolean; readonly quiet: boolean }) => {
      const guests = listGuests(ownParents(deps), Date.now() / 1_000);
      const names = guests.map(({ name }) => name).join('\n');
      deps.output(json).result(guests, quiet ? names : renderGuests(guests));
    });
}
