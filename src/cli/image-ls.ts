import { listImages, renderList } from '../image/list.ts';
import type { Deps } from './deps.ts';

export async function imageLs(
  directory: string,
  options: { readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  const images = await listImages(directory);
  deps.output(options.json).result(images, renderList(images));
}
