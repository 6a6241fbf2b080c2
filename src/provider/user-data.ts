import type { NodeFile } from '../model/node.ts';

/**
 * What a node is told as one text, for those who hand over no directory: a line for each file, with its contents in base 64. All of
 * it is as secret as its most secret file.
 */
export function renderUserData(files: ReadonlyMap<string, NodeFile>): string {
  const lines = [...files].map(
    ([name, { contents }]) => `${name} ${Buffer.from(contents).toString('base64')}`,
  );
  return ['#apppot-node', ...lines, ''].join('\n');
}
