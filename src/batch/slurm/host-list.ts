import type { HostName } from '../../model/job.ts';

/** The hosts of `a,node[01-03,7],rack[1-2]n[1-2]`. Source: scontrol(1), "show hostnames". */
export function expandHosts(list: string): readonly HostName[] {
  const names = list.match(/(?:[^,[]|\[[^\]]*\])+/g) ?? [];
  return names.flatMap(expandOne);
}

function expandOne(name: string): readonly string[] {
  const found = /^(?<before>[^[]*)\[(?<ranges>[^\]]*)\](?<after>.*)$/.exec(name)?.groups;
  if (found === undefined) return [name];
  const after = expandOne(found.after ?? '');
  return (found.ranges ?? '')
    .split(',')
    .flatMap(expandRange)
    .flatMap((part) => after.map((rest) => `${found.before}${part}${rest}`));
}

/** With the zeros that the first has. */
function expandRange(range: string): readonly string[] {
  const [first = '', last = first] = range.split('-');
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, index) =>
    String(Number(first) + index).padStart(first.length, '0'),
  );
}
