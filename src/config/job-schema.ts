import { access } from 'node:fs/promises';
import { z } from 'zod';
import type { JobFileInput, JobLayer, JobPlace } from './job.ts';
import { absolute, findInputs } from './job-inputs.ts';
import { hasControl, isJobName, isStreamName, JOB_NAME } from './job-names.ts';
import { duration, line, size, text, word } from './job-values.ts';

/** `-1.0` at the end is the version. */
const RTE = /^[A-Za-z0-9_.+-]+(?:\/[A-Za-z0-9_.+-]+)*$/;
const MAIL = /^[^\s@"'<>]+@[^\s@"'<>]+$/;
const WORD = /^[A-Za-z0-9_.:+@-]+$/;

/**
 * What a job file may say. Every value is a text. Files are looked for, so it is checked asynchronously.
 */
export function jobSchema(place: JobPlace): z.ZodType<JobLayer> {
  const jobName = text('a name').refine(isJobName, `expected ${JOB_NAME}`);
  const fileName = jobName.refine((name) => !name.endsWith('/'), 'expected the name of a file');
  const streamName = text('a name').refine(
    isStreamName,
    'expected a name without directory, blanks and quotes, such as log.txt',
  );
  const path = file(place);
  return z
    .strictObject(
      {
        name: line('a name of one line').optional(),
        rte: word(RTE, 'a name such as APPS/BIO/APPPOT-1.0').optional(),
        image: z
          .string()
          .regex(/^\/./, 'expected the absolute path of an image at the site')
          .refine((value) => !hasControl(value), 'expected a path of one line')
          .optional(),
        'ship-image': path.optional(),
        changes: path.optional(),
        'ship-kernel': path.optional(),
        command: z
          .array(
            text('a word').refine(hasNoNul, 'expected text without NUL'),
            'expected a list of words such as [search, --fast]',
          )
          .optional(),
        env: environment().optional(),
        input: inputs(place).optional(),
        output: z.array(output(jobName), 'expected a list of names').optional(),
        stdin: stdin(place).optional(),
        stdout: streamName.optional(),
        stderr: streamName.optional(),
        mem: size().optional(),
        'request-mem': size().optional(),
        disk: size().optional(),
        'cpu-time': duration().optional(),
        'wall-time': duration().optional(),
        count: word(/^[1-9]\d{0,5}$/, 'a number of cores such as 1')
          .transform(Number)
          .optional(),
        queue: word(WORD, 'the name of a queue').optional(),
        arch: word(WORD, 'an architecture such as amd64').transform(platform).optional(),
        notify: word(MAIL, 'an e-mail address').optional(),
        'save-changes': fileName.optional(),
      },
      'expected a mapping of settings',
    )
    .superRefine(onlyOneImage);
}

function hasNoNul(value: string): boolean {
  return !value.includes('\0');
}

/** ARC, as GLUE, has its own word for it. */
function platform(name: string): string {
  return name === 'x86_64' ? 'amd64' : name;
}

function file(place: JobPlace): z.ZodType<string, string> {
  return text('a path on this machine').transform(async (value, context) => {
    const path = absolute(value, place);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) context.addIssue({ code: 'custom', message: `there is no "${path}"` });
    return path;
  });
}

function environment(): z.ZodType<Record<string, string>> {
  return z.record(
    z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable'),
    text('text').refine(hasNoNul, 'expected text without NUL'),
    {
      error: ({ code }) =>
        code === 'invalid_key'
          ? 'expected the name of a variable'
          : 'expected a mapping of variables',
    },
  );
}

function inputs(place: JobPlace) {
  return z
    .array(input(place), 'expected a list of files, patterns, directories and addresses')
    .transform((found) => found.flat())
    .superRefine(eachNameOnce);
}

const wish = z.preprocess(
  (value) => (typeof value === 'string' ? { from: value } : value),
  z.strictObject(
    {
      from: text('a path, a pattern or an address').min(
        1,
        'expected a path, a pattern or an address',
      ),
      as: text('a name').refine(isJobName, `expected ${JOB_NAME}`).optional(),
      executable: z
        .enum(['true', 'false'], 'expected true or false')
        .transform((value) => value === 'true')
        .optional(),
    },
    'expected a path, a pattern, an address, or a mapping with "from"',
  ),
);

function input(place: JobPlace) {
  return wish.transform(async ({ from, as, executable }, context) => {
    const found = await findInputs({ from, as, isExecutable: executable }, place);
    if (typeof found !== 'string') return found;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(from)}: ${found}` });
    return z.NEVER;
  });
}

function stdin(place: JobPlace) {
  return wish.transform(async ({ from, as, executable }, context) => {
    const found = await findInputs({ from, as, isExecutable: executable }, place);
    const [first, ...others] = typeof found === 'string' ? [] : found;
    if (first !== undefined && others.length === 0) return first;
    const message = typeof found === 'string' ? found : 'expected one file';
    context.addIssue({ code: 'custom', message: `${JSON.stringify(from)}: ${message}` });
    return z.NEVER;
  });
}

function output(name: z.ZodType<string>) {
  return z
    .preprocess(
      (value) => (typeof value === 'string' ? { name: value } : value),
      z.strictObject(
        { name, to: text('an address').refine(URL.canParse, 'expected an address').optional() },
        'expected a name, or a mapping with "name" and "to"',
      ),
    )
    .transform(({ name: own, to }) => (to === undefined ? { name: own } : { name: own, url: to }));
}

function eachNameOnce(found: readonly JobFileInput[], context: z.RefinementCtx): void {
  const paths = new Map<string, string>();
  for (const { name, source } of found) {
    const path = source.kind === 'file' ? source.path : source.url;
    const other = paths.get(name);
    if (other !== undefined && other !== path) {
      context.addIssue({
        code: 'custom',
        message: `both "${other}" and "${path}" would be "${name}": give one another name with "as"`,
      });
    }
    paths.set(name, path);
  }
}

function onlyOneImage(layer: JobLayer, context: z.RefinementCtx): void {
  const said = (['rte', 'image', 'ship-image'] as const).filter((key) => layer[key] !== undefined);
  if (said.length < 2) return;
  const message = `expected only one of ${said.join(' and ')}`;
  context.addIssue({ code: 'custom', path: [said.at(-1) ?? 'image'], message });
}
