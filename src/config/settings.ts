/**
 * Settings files: defaults for the options of commands, which are described here by plain data.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { ConfigError } from './errors.ts';
import { resolveValue } from './settings-paths.ts';

/** What one option accepts. */
export interface SettingSpec {
  readonly name: string;
  readonly kind: 'switch' | 'value' | 'list';
  /** Whether the list is of `NAME=VALUE`, which may be written as a mapping. */
  readonly isMapping?: boolean;
  readonly choices?: readonly string[];
  /** Paths are seen from the file; a program is one where it has a slash. An image may be one or two of them. */
  readonly path?: 'file' | 'program' | 'image';
  /** Whether it widens what a guest can reach, or a check forbids: a project's file must not say it. */
  readonly isOwn?: boolean;
  /** What is wrong with a value; undefined when nothing is. */
  check(text: string): string | undefined;
}

/** What the section of a command accepts. */
export interface SectionSpec {
  readonly settings: readonly SettingSpec[];
  readonly sections: Readonly<Record<string, SectionSpec>>;
  /** Not looked into. */
  readonly isOpen?: boolean;
}

/** A value of one option: a list has any number of words, every other kind one. */
export interface Setting {
  readonly command: string;
  readonly name: string;
  readonly value: boolean | readonly string[];
  /** The file that says so. */
  readonly from: string;
}

export interface Origin {
  /** Absolute. */
  readonly path: string;
  /** What `~/` stands for. */
  readonly home: string;
  /** Whether it is a project's file, which may say less than the user's own. */
  readonly isProject: boolean;
}

/**
 * @throws {ConfigError} `FILE_UNREADABLE`, `FILE_MALFORMED`
 */
export async function readSettings(
  { path, home, isProject }: Origin,
  spec: SectionSpec,
): Promise<readonly Setting[]> {
  const text = await read(path);
  const [{ readDocument }, { sectionSchema }] = await Promise.all([
    import('./document.ts'),
    import('./settings-schema.ts'),
  ]);
  const place = { path, directory: dirname(path), home };
  const document = readDocument(text, path, sectionSchema(spec, isProject ? place : undefined));
  return settingsOf(document as Section, spec, '', place);
}

interface Section {
  readonly [name: string]: boolean | readonly string[] | Section | null | undefined;
}

interface Place {
  readonly path: string;
  readonly directory: string;
  readonly home: string;
}

function settingsOf(
  section: Section | null | undefined,
  { settings, sections, isOpen }: SectionSpec,
  command: string,
  place: Place,
): Setting[] {
  if (section === null || section === undefined || isOpen === true) return [];
  const own = settings.flatMap((spec): Setting[] => {
    const value = section[spec.name];
    if (typeof value !== 'boolean' && !isList(value)) return [];
    const seen = isList(value) ? value.map((one) => resolveValue(one, spec.path, place)) : value;
    return [{ command, name: spec.name, value: seen, from: place.path }];
  });
  const below = Object.entries(sections).flatMap(([name, spec]) =>
    settingsOf(
      section[name] as Section | null | undefined,
      spec,
      `${command} ${name}`.trim(),
      place,
    ),
  );
  return [...own, ...below];
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Cannot read the settings "${path}": ${explain(cause)}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'FILE_UNREADABLE',
      cause,
    });
  }
}
