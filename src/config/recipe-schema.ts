import { posix } from 'node:path';
import { z } from 'zod';
import { parseSize, UnitError } from '../base/units.ts';

const NAME = /^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9]+)?$/;
const MIRROR = /^(?:deb |[a-z][a-z0-9+.-]*:\/)/;
const HOSTNAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62})$/;
const SUITE = /^[a-z][a-z0-9./-]*$/;

/** One recipe file, checked. */
export interface RecipeLayer {
  readonly extends?: string | undefined;
  readonly suite?: string | undefined;
  readonly mirror?: readonly string[] | undefined;
  readonly components?: readonly string[] | undefined;
  readonly packages?: readonly string[] | undefined;
  readonly files?: readonly FileLayer[] | undefined;
  readonly run?: readonly string[] | undefined;
  readonly user?: { readonly sudo?: boolean | undefined } | undefined;
  readonly size?: number | 'auto' | undefined;
  readonly hostname?: string | undefined;
}

interface FileLayer {
  readonly path: string;
  readonly source?: string | undefined;
  readonly content?: string | undefined;
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
}

const word = (pattern: RegExp, wanted: string) => z.string(wanted).regex(pattern, wanted);
const list = <T extends z.ZodType>(item: T) => z.array(item, 'expected a list');

const file = z
  .strictObject(
    {
      path: z
        .string('expected a path')
        .refine(isGuestPath, 'expected an absolute path without ".." such as /etc/motd'),
      source: z.string('expected a path on this machine').optional(),
      content: z.string('expected text').optional(),
      mode: word(/^[0-7]{3,4}$/, 'expected octal digits in quotes such as "0644"').optional(),
      owner: word(/^(?:root|user|\d+:\d+)$/, 'expected root, user or "UID:GID"').optional(),
    },
    'expected a mapping with path and source or content',
  )
  .refine(({ source, content }) => (source === undefined) !== (content === undefined), {
    error: 'expected either source or content',
    when: ({ value }) => typeof value === 'object' && value !== null,
  });

/** What one recipe file may say. A setting that is not there is inherited, or has its default. */
export const recipeSchema: z.ZodType<RecipeLayer> = z.strictObject(
  {
    extends: z.string('expected the name or path of a recipe').optional(),
    suite: word(SUITE, 'expected the name of a release such as bookworm').optional(),
    mirror: z
      .union([mirror(), list(mirror())], 'expected an address, a "deb …" line, or a list of them')
      .transform((value) => [value].flat())
      .optional(),
    components: list(word(/^[a-z][a-z/-]*$/, 'expected a component such as main')).optional(),
    packages: list(word(NAME, 'expected the name of a package')).optional(),
    files: list(file).optional(),
    run: list(z.string('expected a shell script').min(1, 'expected a shell script')).optional(),
    user: z
      .strictObject({ sudo: z.boolean('expected true or false').optional() }, 'expected a mapping')
      .optional(),
    size: z
      .union([z.string(), z.number()], 'expected auto or a size such as 1G')
      .transform(toSize)
      .optional(),
    hostname: word(HOSTNAME, 'expected letters, digits and hyphens, at most 63').optional(),
  },
  'expected a mapping of settings',
);

function mirror(): z.ZodString {
  return word(MIRROR, 'expected an address such as https://HOST/debian, or a "deb …" line');
}

function isGuestPath(path: string): boolean {
  return (
    path.startsWith('/') && path !== '/' && posix.normalize(path) === path && !/[\0\n]/.test(path)
  );
}

function toSize(value: string | number, context: z.RefinementCtx): number | 'auto' {
  if (value === 'auto') return value;
  try {
    return parseSize(String(value));
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    context.addIssue({ code: 'custom', message: 'expected auto or a size such as 1G' });
    return z.NEVER;
  }
}
