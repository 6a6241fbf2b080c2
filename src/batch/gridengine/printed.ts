/** Lines without what surrounds them, and without empty ones. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** A value of what `qconf -s…` prints, which goes on in the next line after a backslash; undefined when it is not there. */
export function settingOf(text: string, name: string): string | undefined {
  const joined = text.replaceAll(/\\\n\s*/g, ' ');
  return new RegExp(`^${name}\\s+(?<value>.*)$`, 'm').exec(joined)?.groups?.value?.trim();
}
