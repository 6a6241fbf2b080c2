import { type Xrsl, XrslError, type XrslOperator, type XrslValue } from './tree.ts';

const PLAIN = /[^\s+&|()=<>!"'^#$]+/y;
const BLANK = /(?:\s|\(\*[\s\S]*?\*\))*/y;
const OPERATOR = /!=|<=|>=|[=<>]/y;
const COMBINE = /[&|+]/y;

/**
 * Reads one xRSL document.
 *
 * @throws {XrslError} `XRSL_MALFORMED`, with line and column
 */
export function parseXrsl(text: string): Xrsl {
  const input = { text, at: 0 };
  const tree = parseNode(input);
  skipBlank(input);
  return input.at === text.length ? tree : fail(input, 'the end');
}

interface Input {
  readonly text: string;
  at: number;
}

function parseNode(input: Input): Xrsl {
  skipBlank(input);
  const combine = take(input, COMBINE);
  return combine === undefined ? parseRelation(input) : parseGroup(input, combine as '&');
}

function parseGroup(input: Input, combine: '&' | '|' | '+'): Xrsl {
  const parts: Xrsl[] = [];
  while (opens(input)) {
    parts.push(parseNode(input));
    close(input);
  }
  return parts.length > 0 ? { combine, parts } : fail(input, '"("');
}

function parseRelation(input: Input): Xrsl {
  const attribute = parsePiece(input) ?? fail(input, '"&", "|", "+" or an attribute');
  skipBlank(input);
  const operator = (take(input, OPERATOR) ??
    fail(input, 'an operator such as "="')) as XrslOperator;
  return { attribute, operator, values: parseValues(input) };
}

function parseValues(input: Input): XrslValue[] {
  const values: XrslValue[] = [];
  for (let value = parseValue(input); value !== undefined; value = parseValue(input)) {
    values.push(value);
  }
  return values;
}

function parseValue(input: Input): XrslValue | undefined {
  if (opens(input)) {
    const sequence = parseValues(input);
    close(input);
    return sequence;
  }
  let text = parsePiece(input);
  while (text !== undefined && continues(input)) {
    text += parsePiece(input) ?? fail(input, 'a text after "#"');
  }
  return text;
}

/** Text in quotes, or a bare word. */
function parsePiece(input: Input): string | undefined {
  skipBlank(input);
  const { text, at } = input;
  const first = text[at];
  if (first === '"' || first === "'") return parseQuoted(input, first, at + 1);
  const own = first === '^' ? text[at + 1] : undefined;
  return own === undefined ? take(input, PLAIN) : parseQuoted(input, own, at + 2);
}

/** Up to the quote that is not doubled. */
function parseQuoted(input: Input, quote: string, from: number): string {
  let end = input.text.indexOf(quote, from);
  while (end >= 0 && input.text[end + 1] === quote) end = input.text.indexOf(quote, end + 2);
  if (end < 0) return fail(input, `a closing ${quote}`);
  input.at = end + 1;
  return input.text.slice(from, end).replaceAll(quote + quote, quote);
}

function opens(input: Input): boolean {
  return skipOver(input, '(');
}

function continues(input: Input): boolean {
  return skipOver(input, '#');
}

function close(input: Input): void {
  if (!skipOver(input, ')')) fail(input, '")"');
}

function skipOver(input: Input, mark: string): boolean {
  skipBlank(input);
  const found = input.text.startsWith(mark, input.at);
  if (found) input.at += mark.length;
  return found;
}

function skipBlank(input: Input): void {
  take(input, BLANK);
}

function take(input: Input, pattern: RegExp): string | undefined {
  pattern.lastIndex = input.at;
  const found = pattern.exec(input.text)?.[0];
  input.at += found?.length ?? 0;
  return found;
}

function fail({ text, at }: Input, wanted: string): never {
  const before = text.slice(0, at).split('\n');
  const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const found = at < text.length ? JSON.stringify(text.slice(at, at + 12)) : 'the end';
  throw new XrslError(`Cannot read the xRSL: expected ${wanted}, found ${found} (${where})`, {
    kind: 'usage',
    code: 'XRSL_MALFORMED',
  });
}
