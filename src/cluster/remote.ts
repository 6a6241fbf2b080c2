import { nodeAddress } from '../launch/net/segment.ts';
import { quote } from '../launch/shell.ts';
import type { ClusterRequest } from './plan.ts';

/**
 * The words that run a guest on another host: it reads the secret from its stdin, where no list of
 * processes shows it, and ends when its stdin does, as when we or the connection die.
 */
export function remoteWords(
  { start, rsh, head, port }: Omit<ClusterRequest, 'own'>,
  host: string,
  node: number,
): readonly string[] {
  const address = nodeAddress(node);
  const job = `apppot-rsh --serve ${address} & cat >/dev/null; kill $!`;
  const flags = [
    ...['--id', `${start.name}-${node}`, '--image', start.image],
    ...(start.changes === undefined ? [] : ['--changes', start.changes]),
    ...(start.kernel === undefined ? [] : ['--kernel', start.kernel]),
    ...(start.memory === undefined ? [] : ['--mem', String(start.memory / 2 ** 20)]),
    ...(start.jobdir === undefined ? [] : ['--jobdir', start.jobdir]),
    ...(start.confine === undefined ? [] : ['--confine', start.confine]),
    ...['--net', `switch:tcp:${head}:${port}`, '--node', String(node), '--hostname', `node${node}`],
    ...Object.entries(start.environment ?? {}).flatMap(([key, value]) => [
      '--env',
      `${key}=${value}`,
    ]),
    ...hostLines(start.network?.hosts).flatMap((line) => ['--add-host', line]),
  ];
  const command = `apppot start ${flags.map(quote).join(' ')} --switch-secret "$key" sh -c ${quote(job)}`;
  const script = `umask 077; key=$(mktemp) && trap 'rm -f "$key"' EXIT && read -r secret && echo "$secret" >"$key" && ${command}`;
  return [...rsh, host, `sh -c ${quote(script)}`];
}

/** `NAME:ADDRESS` of each line of a hosts file but loopback's. */
function hostLines(text = ''): string[] {
  const rows = text.split('\n').map((line) => line.split('\t'));
  return rows.flatMap(([address = '', name = '']) =>
    name === '' || name === 'localhost' ? [] : [`${name}:${address}`],
  );
}
