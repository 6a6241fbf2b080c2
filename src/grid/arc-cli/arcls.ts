import type { TargetFile } from '../target.ts';

/** What `arcls -l` prints: name, type, size and more, under a line of titles; nothing when it failed. */
export function parseArcls(text: string, directory: string): readonly TargetFile[] {
  return text.split('\n').flatMap((line) => {
    const row = /^\/?(?<name>.*?)\/?\s+(?<type>file|dir)\s+(?:\d+|\(n\/a\))\s/.exec(line)?.groups;
    if (row === undefined) return [];
    const name = [...directory.split('/'), row.name].filter(Boolean).join('/');
    return [{ name, isDirectory: row.type === 'dir' }];
  });
}
