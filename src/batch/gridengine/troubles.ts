import type { Place } from './orders.ts';
import { linesOf, settingOf } from './printed.ts';
import type { Ask } from './words.ts';

/** What would keep nodes from being added and used; nothing when all is well. */
export async function troubles(
  ask: Ask,
  { queue, hostGroup }: Place,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const user = (await ask(['id', '-un'], { signal })).trim();
  const managers = linesOf(await ask(['qconf', '-sm'], { signal }));
  const groups = linesOf(await ask(['qconf', '-shgrpl'], { signal }));
  const text = await ask(['qconf', '-sq', queue], { signal });
  const found: string[] = [];
  if (!managers.includes(user))
    found.push(`the user "${user}" is not a manager (qconf -am ${user})`);
  if (!groups.includes(hostGroup)) found.push(`there is no host group "${hostGroup}"`);
  if (!/^qname/m.test(text)) return [...found, `there is no queue "${queue}"`];
  const hosts = (settingOf(text, 'hostlist') ?? '').split(/[\s,]+/);
  if (!hosts.includes(hostGroup)) found.push(`the queue "${queue}" does not use ${hostGroup}`);
  if (!/^0\b/.test(settingOf(text, 'slots') ?? '')) {
    found.push(
      `the queue "${queue}" gives slots to hosts it does not name: its slots should begin with 0`,
    );
  }
  return found;
}
