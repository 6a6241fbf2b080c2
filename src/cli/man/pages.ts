import { VERSION } from '../../base/version.ts';
import { GUEST_COMMANDS } from '../commands.ts';
import { VARIABLES } from '../settings/environment.ts';
import { type CommandView, flatten } from '../view.ts';
import { type PageFacts, pageName, renderPage } from './page.ts';
import { exitStatuses } from './statuses.ts';

export interface Page {
  /** `apppot-image.1` */
  readonly file: string;
  readonly text: string;
}

/**
 * One page for the program and one for each of its commands.
 *
 * @param statuses `docs/exit-status.md`
 */
export function manualPages(program: CommandView, statuses: string, date: string): readonly Page[] {
  const all = [program, ...program.commands];
  const [ofGuests = [], ofOthers = []] = exitStatuses(statuses);
  return all.map((view) => {
    const facts: PageFacts = {
      version: VERSION,
      date,
      statuses: GUEST_COMMANDS.has(view.path) ? ofGuests : ofOthers,
      environment: environmentOf(view),
      seeAlso: all.filter((other) => other !== view).map(({ path }) => pageName(path)),
    };
    return { file: `${pageName(view.path)}.1`, text: renderPage(view, facts) };
  });
}

function environmentOf(view: CommandView): [string, string][] {
  const own = flatten(view.path === '' ? { ...view, commands: [] } : view).flatMap(({ path }) =>
    Object.entries(VARIABLES[path] ?? {}),
  );
  return [
    ...own.map(([option, name]): [string, string] => [name, `Stands for \`--${option}\`.`]),
    ['APPPOT_CONFIG', 'A settings file to be used instead of all others; empty: none.'],
    ['TMPDIR', 'Where temporary files go; `/tmp` when not set.'],
  ];
}
