import { z } from 'zod';
import type { SectionSpec, SettingSpec } from './settings.ts';
import { type Place, projectProblem } from './settings-paths.ts';

/**
 * What a command's section may say, made from what the command accepts.
 *
 * @param project Where a project's file is, which may say less.
 */
export function sectionSchema(
  { settings, sections, isOpen }: SectionSpec,
  project?: Place,
): z.ZodType {
  if (isOpen === true) return z.unknown();
  const shape = {
    ...Object.fromEntries(
      settings.map((spec) => [spec.name, settingSchema(spec, project).optional()]),
    ),
    ...Object.fromEntries(
      Object.entries(sections).map(([name, spec]) => [
        name,
        sectionSchema(spec, project).nullish(),
      ]),
    ),
  };
  return z.strictObject(shape, 'expected a mapping of settings');
}

function settingSchema(
  spec: SettingSpec,
  project: Place | undefined,
): z.ZodType<boolean | readonly string[]> {
  if (spec.kind === 'switch') return flag(spec, project);
  const one = text(spec, project);
  if (spec.kind === 'value') return one.transform((word) => [word]);
  return z.preprocess((value) => words(value, spec), z.array(one));
}

/** One word is a list of one, and `{A: 1}` is `A=1` where that is meant. */
function words(value: unknown, { isMapping }: SettingSpec): unknown {
  if (Array.isArray(value)) return value;
  const isObject = typeof value === 'object' && value !== null;
  if (!isObject || isMapping !== true) return [value];
  return Object.entries(value).map(([name, one]) => `${name}=${String(one)}`);
}

function flag(spec: SettingSpec, project: Place | undefined): z.ZodType<boolean> {
  return z.boolean('expected true or false').superRefine((_, context) => {
    const message = project && projectProblem(spec, '', project);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

function text(spec: SettingSpec, project: Place | undefined): z.ZodType<string> {
  const { check, choices } = spec;
  const wanted = choices === undefined ? 'expected a text or a number' : `expected ${or(choices)}`;
  return z.union([z.string(), z.number()], wanted).transform((found, context) => {
    const value = String(found);
    const isChoice = choices === undefined || choices.includes(value);
    const problem = isChoice ? check(value) : wanted;
    const message = problem ?? (project && projectProblem(spec, value, project));
    if (message !== undefined) context.addIssue({ code: 'custom', message });
    return value;
  });
}

function or(choices: readonly string[]): string {
  const all = choices.slice();
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} or ${last}`;
}
