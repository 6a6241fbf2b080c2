/** A guest's `/etc/hosts` with these lines after its own loopback: hosts(5). */
export function hostsFile(lines: readonly string[]): string {
  return ['127.0.0.1\tlocalhost', ...lines, ''].join('\n');
}
