/** What a program that stands between a guest and a network said when it gave up. */
export interface Fault {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Our switch says `Cannot …`, and on the next line, indented, what to do; other programs say
 * something, and the last line counts.
 *
 * @param target What the program leads to, for programs that do not say it themselves.
 */
export function readFault(said: string, target: string): Fault | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith('Cannot '));
  const others = lines.filter((_, index) => at < 0 || index < at);
  const last = others.at(-1)?.trim();
  if (last !== undefined) return { message: `Cannot reach ${target}: ${last}` };
  if (at < 0) return undefined;
  const hint = lines[at + 1]?.trim();
  return { message: lines[at] ?? '', ...(hint !== undefined && { hint }) };
}
