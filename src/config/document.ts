import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { ZodType } from 'zod';
import { closest } from '../base/suggest.ts';
import { ConfigError } from './errors.ts';
import { keysAt } from './keys.ts';

interface Mistake {
  readonly line: number;
  /** Where in the document: `files[2].mode`; empty for the document as a whole. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Reads a YAML text and checks it.
 *
 * @param name How messages name the text: usually its path.
 * @throws {ConfigError} `FILE_MALFORMED`; the message lists every mistake with its line.
 */
export function readDocument<T>(
  text: string,
  name: string,
  schema: ZodType<T>,
  also: Also = () => [],
): T {
  const source = openDocument(text, name, 'core');
  const value: unknown = source.document.toJS() ?? {};
  const checked = schema.safeParse(value);
  const more = also(value);
  if (checked.success && more.length === 0) return checked.data;
  throw malformed(name, mistakesOf([...(checked.error?.issues ?? []), ...more], schema, source));
}

/**
 * Checks a value that a program made as if a file had it.
 *
 * @param renderKey How the program writes a name of the schema.
 * @throws {ConfigError} `FILE_MALFORMED`; the message lists every mistake.
 */
export function readValue<T>(
  value: unknown,
  name: string,
  schema: ZodType<T>,
  also: Also,
  renderKey: RenderKey,
): T {
  const checked = schema.safeParse(value);
  const more = also(value);
  if (checked.success && more.length === 0) return checked.data;
  const list = [...(checked.error?.issues ?? []), ...more].flatMap((issue) =>
    pathsOf(issue).map((path) => {
      const words = path.map((key, index) =>
        typeof key === 'string' ? renderKey(key, path.slice(0, index)) : key,
      );
      const where = words.length === 0 ? '' : `${renderPath(words)}: `;
      return `\n  ${where}${reasonOf(issue, path, schema, renderKey)}`;
    }),
  );
  throw new ConfigError(`Cannot use "${name}": ${count(list)}${list.join('')}`, {
    kind: 'usage',
    code: 'FILE_MALFORMED',
  });
}

/** How a name of the schema is written, below a path. */
export type RenderKey = (key: string, above: readonly PropertyKey[]) => string;

/** Finds mistakes that a schema cannot; it sees what was written, right or wrong. */
export type Also = (value: unknown) => readonly Issue[];

/**
 * The same with a schema that looks at files; each value is the text as it was written.
 *
 * @param revise What is done with the values before they are checked.
 */
export async function readTextDocument<T>(
  text: string,
  name: string,
  schema: ZodType<T>,
  revise: (data: unknown) => unknown,
): Promise<T> {
  const source = openDocument(text, name, 'failsafe');
  const checked = await schema.safeParseAsync(revise(source.document.toJS() || {}));
  if (checked.success) return checked.data;
  throw malformed(name, mistakesOf(checked.error.issues, schema, source));
}

/**
 * Checks values of the command line as if a file had them.
 *
 * @throws {ConfigError} `OPTION_MALFORMED`; the message lists every mistake.
 */
export async function readOptions<T>(values: object, schema: ZodType<T>): Promise<T> {
  const checked = await schema.safeParseAsync(values);
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.map(
    ({ path, message }) => `\n  --${String(path[0])}: ${message}`,
  );
  throw new ConfigError(`Cannot use the options: ${count(mistakes)}${mistakes.join('')}`, {
    kind: 'usage',
    code: 'OPTION_MALFORMED',
  });
}

interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
}

function openDocument(text: string, name: string, schema: 'core' | 'failsafe'): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema });
  const broken = document.errors.map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    path: '',
    reason: message,
  }));
  if (broken.length > 0) throw malformed(name, broken);
  return { document, lines };
}

function mistakesOf(
  issues: readonly Issue[],
  schema: ZodType,
  { document, lines }: Source,
): Mistake[] {
  return issues.flatMap((issue) =>
    pathsOf(issue).map((path) => ({
      line: lineOf(document, lines, path),
      path: renderPath(path),
      reason: reasonOf(issue, path, schema),
    })),
  );
}

function reasonOf(
  issue: Issue,
  path: Path,
  schema: ZodType,
  renderKey: RenderKey = (key) => key,
): string {
  return issue.code === 'unrecognized_keys' ? unknownKey(schema, path, renderKey) : issue.message;
}

export interface Issue {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
  readonly keys?: readonly string[];
}

type Path = readonly PropertyKey[];

/** One path for each mistake: an issue about unknown keys stands at the object that holds them. */
function pathsOf(issue: Issue): readonly Path[] {
  return issue.code === 'unrecognized_keys'
    ? (issue.keys ?? []).map((key) => [...issue.path, key])
    : [issue.path];
}

function unknownKey(schema: ZodType, path: Path, renderKey: RenderKey): string {
  const meant = closest(String(path.at(-1)), keysAt(schema, path.slice(0, -1)));
  return meant === undefined
    ? 'unknown setting'
    : `unknown setting; did you mean "${renderKey(meant, path.slice(0, -1))}"?`;
}

function renderPath(path: Path): string {
  return path
    .map((part, i) =>
      typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');
}

/** The line of the value at `path`, or of the closest thing around it that is there. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function malformed(name: string, mistakes: readonly Mistake[]): ConfigError {
  const list = mistakes
    .toSorted((a, b) => a.line - b.line)
    .map(
      ({ line, path, reason }) => `\n  line ${line}: ${path === '' ? '' : `${path}: `}${reason}`,
    );
  return new ConfigError(`Cannot use "${name}": ${count(mistakes)}${list.join('')}`, {
    kind: 'usage',
    code: 'FILE_MALFORMED',
  });
}

function count(mistakes: readonly unknown[]): string {
  return mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
}
