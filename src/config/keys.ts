import { z } from 'zod';

/** The keys that a schema knows at a place in the document; none where it knows no names. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const here = bare(schema);
  if (here instanceof z.ZodUnion) return here.options.flatMap((one) => keysOf(one, path));
  const [first, ...rest] = path;
  if (first === undefined) return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
  const below =
    here instanceof z.ZodObject
      ? here.shape[String(first)]
      : here instanceof z.ZodArray
        ? here.element
        : undefined;
  return below instanceof z.ZodType ? keysAt(below, rest) : [];
}

function keysOf(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  return schema instanceof z.ZodType ? keysAt(schema, path) : [];
}

/** Without what only says that it may be missing, or is written in another way. */
function bare(schema: z.ZodType): z.ZodType {
  const inner = innerOf(schema);
  return inner instanceof z.ZodType ? bare(inner) : schema;
}

function innerOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return schema.unwrap();
  if (schema instanceof z.ZodDefault) return schema.unwrap();
  if (!(schema instanceof z.ZodPipe)) return undefined;
  return schema.in instanceof z.ZodTransform ? schema.out : schema.in;
}
