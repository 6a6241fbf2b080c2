import { SaxesParser } from 'saxes';
import { GridError } from '../errors.ts';

/** The text of each child, by its name. */
export type Row = Readonly<Record<string, string>>;

/**
 * All elements of one name, of a document as `qstat -xml` prints it.
 *
 * @throws {GridError} `TARGET_MALFORMED`
 */
export function rowsOf(document: string, element: string): readonly Row[] {
  const rows: Record<string, string>[] = [];
  const path: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw malformed(document, error);
  });
  parser.on('opentag', ({ name }) => {
    if (name === element) rows.push({});
    path.push(name);
  });
  parser.on('text', (text) => {
    const row = rows.at(-1);
    const name = path.at(-1) ?? '';
    if (row !== undefined && path.at(-2) === element) row[name] = (row[name] ?? '') + text;
  });
  parser.on('closetag', () => void path.pop());
  parser.write(document).close();
  return rows;
}

function malformed(document: string, cause: unknown): GridError {
  return new GridError(
    `Cannot read what qstat prints: no XML (${JSON.stringify(document.slice(0, 80))})`,
    { kind: 'remote', code: 'TARGET_MALFORMED', cause },
  );
}
