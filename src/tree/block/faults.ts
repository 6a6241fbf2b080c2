import { TreeError } from '../tree.ts';

/** The image breaks its own format. */
export function corrupt(image: string, what: string): TreeError {
  return new TreeError(`Cannot read the image "${image}": ${what}`, {
    kind: 'usage',
    code: 'IMAGE_CORRUPT',
    hint: 'Take another copy of the image, or let `e2fsck -f` repair this one.',
  });
}

/** The image may be sound, but its format has something that this reader does not know. */
export function unsupported(image: string, what: string, hint: string): TreeError {
  return new TreeError(`Cannot read the image "${image}": ${what}`, {
    kind: 'usage',
    code: 'IMAGE_UNSUPPORTED',
    hint,
  });
}
