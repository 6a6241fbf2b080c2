import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from 'xmlbuilder2';
import { tempDirectory } from './temp.ts';

/** As ARC calls its two readers: the service and the client. */
export type ArcDialect = 'GRIDMANAGER' | '';

/** What ARC makes of xRSL documents when it writes them as ADL; null where it cannot read one. */
export function arcAdl(documents: readonly [ArcDialect, string][]): (string | null)[] {
  const answer = execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'arc-parser.py')], {
    input: JSON.stringify(documents),
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(answer.toString());
}

/** Everything that ARC's service says against a document; empty when it takes the whole of it. */
export function arcComplaints(document: string): string[] {
  const file = join(tempDirectory(), 'job.xrsl');
  writeFileSync(file, document);
  const { stderr, status } = spawnSync('/usr/lib/arc/inputcheck', ['-d', 'VERBOSE', file], {
    encoding: 'utf8',
    timeout: 5_000,
    env: { ...process.env, ARC_LOCATION: '/usr' },
  });
  // It ends with 0 on nonsense, too, and looks for files behind addresses.
  const isRead = stderr.includes('String successfully parsed as nordugrid:xrsl.');
  const complaints = stderr
    .split('\n')
    .filter((line) => /Unknown XRSL attribute:|\[ERROR\]|is not supported/.test(line));
  return isRead ? complaints : [`status ${status}: ${stderr}`, ...complaints];
}

/** An ADL document without what says nothing: namespaces, empty elements, the order of elements. */
export function adlContent(document: string): unknown {
  return withoutSilence(create(document).end({ format: 'object' }));
}

function withoutSilence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSilence);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, content]) => !name.startsWith('@xmlns') && !isEmpty(content))
      .map(([name, content]) => [name, withoutSilence(content)]),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
