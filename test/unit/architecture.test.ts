import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

// Rooms by floor, lowest first: an import goes to the same room or to a lower floor.
const FLOORS = [
  ['base'],
  ['host', 'model'],
  ['tree', 'policy'],
  ['snap', 'launch', 'batch', 'config'],
  ['image', 'cluster', 'guests', 'grid', 'vpn'],
  ['provider', 'doctor'],
  ['orchestrator'],
  ['sim', 'web'],
  ['cli'],
];

// Packages that only one room may know.
const KEPT: Readonly<Record<string, string>> = {
  commander: 'cli',
  execa: 'host',
  'node:child_process': 'host',
  ssh2: 'host',
  yaml: 'config',
  zod: 'config',
};

const SRC = join(import.meta.dirname, '../../src');
const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));

it('imports point downwards, and packages stay in their rooms', () => {
  const wrong = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file.includes('/'))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !isAllowed(file, target))
        .map((target) => `${file} -> ${target}`),
    );
  expect(wrong).toEqual([]);
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)[^;]*?from '(?<target>[^']+)'/gm)].map(
    (match) => match.groups?.target ?? '',
  );
}

function isAllowed(file: string, target: string): boolean {
  const room = roomOf(file);
  if (!target.startsWith('.')) return (KEPT[target] ?? room) === room;
  const other = roomOf(relative(SRC, join(SRC, dirname(file), target)));
  return room === other || (floorOf.get(other) ?? 99) < (floorOf.get(room) ?? -1);
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}
