/**
 * Text as the `man` macros of roff want it: man(7).
 *
 * @module
 */

/** Plain words; nothing in them is a request. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&')
    .replaceAll('…', '...')
    .replaceAll('–', '\\(en')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga');
}

export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${plain(text)}\\fR`;
}

/** `[options] <recipe>`: what stands in brackets is to be replaced. */
export function usage(text: string): string {
  return plain(text).replaceAll(/(?<=[[<])[\w\\-]+/g, (word) =>
    word.startsWith('\\-') ? word : `\\fI${word}\\fR`,
  );
}

/** Markdown's code in bold. */
export function marked(text: string): string {
  return text
    .split('`')
    .map((part, i) => (i % 2 === 1 ? bold(part) : plain(part)))
    .join('');
}

/** A paragraph with a term that stands out. */
export function term(name: string, text: string): string {
  return `.TP\n${name}\n${text}`;
}

export function section(title: string, body: readonly string[]): string[] {
  return body.length === 0 ? [] : [`.SH ${title}`, ...body];
}
