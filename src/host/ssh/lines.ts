/** @returns takes text as it comes: the first line for one, all that follows for the other. */
export function afterFirstLine(
  first: (line: string) => void,
  others: (text: string) => void,
): (text: string) => void {
  let head: string | undefined = '';
  return (text) => {
    if (head === undefined) return others(text);
    head += text;
    const cut = head.indexOf('\n');
    if (cut < 0) return;
    const rest = head.slice(cut + 1);
    first(head.slice(0, cut));
    head = undefined;
    if (rest !== '') others(rest);
  };
}

/** @returns takes text as it comes, and hands on whole lines. */
export function linesTo(onLine: ((line: string) => void) | undefined): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (onLine !== undefined) for (const line of lines) onLine(line);
  };
}
