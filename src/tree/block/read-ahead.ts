import type { BlockSource } from './source.ts';

const WINDOW = 65_536;
/** How many windows may be read in vain before single reads are taken up, and how to earn more. */
const MOST_CREDIT = 8;
const REWARD = 2;
/** After so many single reads one window is tried again. */
const PATIENCE = 32;

/**
 * Reads small pieces that may lie close together: more is read at once, for as long as that pays.
 *
 * Directories that a kernel made lie side by side; in images that mke2fs filled they do not.
 */
export function readAhead(source: BlockSource): BlockSource['read'] {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let end = 0;
  let credit = MOST_CREDIT / 2;
  let singles = 0;
  return (target, offset) => {
    if (offset >= start && offset + target.length <= end) {
      credit = Math.min(credit + REWARD, MOST_CREDIT);
    } else if (credit > 0 && target.length < WINDOW && offset < source.size) {
      credit -= 1;
      start = offset;
      end = Math.min(offset + WINDOW, source.size);
      source.read(window.subarray(0, end - start), start);
    } else {
      singles += 1;
      if (singles % PATIENCE === 0) credit = 1;
      source.read(target, offset);
      return;
    }
    if (offset + target.length > end) source.read(target, offset);
    else window.copy(target, 0, offset - start, offset - start + target.length);
  };
}
