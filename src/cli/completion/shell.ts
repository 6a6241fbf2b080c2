/** A word for a POSIX shell, bash or zsh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A `case` statement; a row is a pattern and what to do. */
export function renderCase(key: string, rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([pattern, action]) => `  ${pattern}) ${action} ;;`);
  return [`  case "${key}" in`, ...lines, '  esac'].join('\n');
}
