import { isGroup, type Xrsl, type XrslValue } from './tree.ts';

/** Prints a tree, a relation on each line. Every text is quoted, so none has to be looked at twice. */
export function printXrsl(node: Xrsl): string {
  return `${print(node, '')}\n`;
}

function print(node: Xrsl, margin: string): string {
  if (!isGroup(node)) {
    return `${node.attribute} ${node.operator} ${node.values.map(printValue).join(' ')}`;
  }
  const parts = node.parts.map((part) => `\n${margin} (${print(part, `${margin}  `)})`);
  return `${node.combine}${parts.join('')}`;
}

function printValue(value: XrslValue): string {
  return typeof value === 'string' ? quote(value) : `(${value.map(printValue).join(' ')})`;
}

/**
 * A quote is doubled; a backslash is nothing special. ARC looks for `(*` in quoted text, too, and
 * wants the end of that comment: so such a text is put together of two.
 */
function quote(text: string): string {
  return text
    .replaceAll('"', '""')
    .split(/(?<=\()(?=\*)/)
    .map((part) => `"${part}"`)
    .join(' # ');
}
