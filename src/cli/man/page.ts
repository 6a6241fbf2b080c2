import { EXAMPLES } from '../examples.ts';
import { type CommandView, flatten } from '../view.ts';
import { bold, italic, marked, plain, section, term, usage } from './roff.ts';

export interface PageFacts {
  readonly version: string;
  /** Of the release: `2026-11-22`. */
  readonly date: string;
  /** Status and meaning, for the commands of this page. */
  readonly statuses: readonly (readonly [string, string])[];
  readonly environment: readonly (readonly [string, string])[];
  /** Names of the other pages. */
  readonly seeAlso: readonly string[];
}

/** The manual page of a command; the commands below it are described there, too, but those of the program itself. */
export function renderPage(view: CommandView, facts: PageFacts): string {
  const name = pageName(view.path);
  const isProgram = view.path === '';
  return [
    `.\\" Made from the commands of apppot ${facts.version}.`,
    `.TH ${plain(name.toUpperCase())} 1 "${facts.date}" "apppot ${facts.version}" "AppPot"`,
    '.SH NAME',
    `${plain(name)} \\- ${plain(view.description)}`,
    '.SH SYNOPSIS',
    synopsis(view, isProgram),
    '.SH DESCRIPTION',
    `${plain(sentence(view.description))}`,
    ...section('ARGUMENTS', argumentTerms(view)),
    ...section('OPTIONS', optionTerms(view)),
    ...section(
      'COMMANDS',
      isProgram ? view.commands.map(pointer) : view.commands.flatMap(describeCommand),
    ),
    ...section('EXAMPLES', isProgram ? [] : paragraphs(flatten(view).flatMap(examples))),
    ...section(
      'ENVIRONMENT',
      facts.environment.map(([key, text]) => term(bold(key), marked(text))),
    ),
    ...section(
      'EXIT STATUS',
      facts.statuses.map(([key, text]) => term(bold(key), marked(text))),
    ),
    ...section('SEE ALSO', [facts.seeAlso.map((other) => `.BR ${plain(other)} (1)`).join(',\n')]),
    '',
  ].join('\n');
}

/** `image` has the page `apppot-image`. */
export function pageName(path: string): string {
  return `apppot ${path}`.trim().replaceAll(' ', '-');
}

function synopsis(view: CommandView, isProgram: boolean): string {
  const leaves = isProgram ? [view] : flatten(view).filter(({ commands }) => commands.length === 0);
  return paragraphs(
    leaves.map((leaf) => `${bold(writtenPath(leaf.path))} ${usage(leaf.usage)}`),
  ).join('\n');
}

/** With a break between each two. */
function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, i) => (i === 0 ? [text] : ['.PP', text]));
}

/** These two are programs of their own. */
function writtenPath(path: string): string {
  return `apppot ${path}`.trim().replace(/^apppot (?=start|snap)/, 'apppot-');
}

function describeCommand(view: CommandView): string[] {
  const below = view.commands.flatMap(describeCommand);
  const name = `${writtenPath(view.path)} ${view.usage}`;
  return [
    `.SS ${plain(name)}`,
    plain(sentence(view.description)),
    ...argumentTerms(view),
    ...optionTerms({ ...view, options: view.options.filter(({ long }) => long !== '--help') }),
    ...below,
  ];
}

function pointer({ path, description }: CommandView): string {
  return term(`.BR ${plain(pageName(path))} (1)`, plain(description));
}

function argumentTerms(view: CommandView): string[] {
  return view.arguments.map(({ name, description }) =>
    term(italic(name), marked(sentence(description))),
  );
}

function optionTerms(view: CommandView): string[] {
  return view.options.map(({ short, long, value, description }) => {
    const names = [short, long].filter((name) => name !== undefined).map(bold);
    const wants = value === undefined ? '' : ` ${italic(value.replaceAll(/[<>]/g, ''))}`;
    return term(`${names.join(', ')}${wants}`, marked(sentence(description)));
  });
}

function examples({ path }: CommandView): string[] {
  const lines = EXAMPLES[path] ?? [];
  return lines.length === 0 ? [] : [['.nf', ...lines.map(plain), '.fi'].join('\n')];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
