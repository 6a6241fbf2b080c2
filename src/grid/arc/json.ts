/**
 * JSON as an A-REX writes it: everything is a string, one element stands for a list of one, and an
 * empty list is a missing key or an empty body. Source: the REST interface 1.0 of ARC 6.
 *
 * @module
 */

export type ArcObject = { readonly [key: string]: unknown };

/** @returns an empty object for an empty body; undefined when it is no JSON object. */
export function parseAnswer(body: string): ArcObject | undefined {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function listOf(object: ArcObject, key: string): readonly unknown[] {
  const value = object[key];
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

export function objectsOf(object: ArcObject, key: string): readonly ArcObject[] {
  return listOf(object, key).filter(isObject);
}

export function objectOf(object: ArcObject, key: string): ArcObject {
  return objectsOf(object, key)[0] ?? {};
}

export function textOf(object: ArcObject, key: string): string {
  const value = listOf(object, key)[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function textsOf(object: ArcObject, key: string): readonly string[] {
  return listOf(object, key).map(String);
}

function isObject(value: unknown): value is ArcObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
