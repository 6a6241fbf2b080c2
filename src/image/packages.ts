/** A package installed in an image. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/**
 * Reads dpkg's database of installed packages (`/var/lib/dpkg/status`; deb822 paragraphs, see
 * deb822(5)).
 *
 * @returns the installed ones, by name and architecture.
 */
export function parseDpkgStatus(text: string): readonly InstalledPackage[] {
  return text
    .split(/\n{2,}/)
    .map(fieldsOf)
    .filter((fields) => fields.get('Status')?.endsWith(' installed'))
    .map((fields) => ({
      name: fields.get('Package') ?? '',
      version: fields.get('Version') ?? '',
      arch: fields.get('Architecture') ?? '',
    }))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.arch, b.arch));
}

/** Fields of one line; the continuation lines of others are of no interest here. */
function fieldsOf(paragraph: string): ReadonlyMap<string, string> {
  return new Map(
    [...paragraph.matchAll(/^(?<name>[A-Za-z-]+):[ \t]*(?<value>.*)$/gm)].map(({ groups }) => [
      groups?.name ?? '',
      groups?.value ?? '',
    ]),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
