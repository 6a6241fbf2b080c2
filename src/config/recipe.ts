/** How to build an image, as a recipe file says it, with the recipes that it extends folded in. */
export interface Recipe {
  /** The file's name without its ending. */
  readonly name: string;
  /** Release of the distribution, such as `bookworm`. */
  readonly suite: string;
  /** Addresses or `deb …` lines of package archives; none: what the host's apt uses. */
  readonly mirrors: readonly string[];
  readonly components: readonly string[];
  readonly packages: readonly string[];
  readonly files: readonly RecipeFile[];
  /** Shell scripts that run as root in the guest, one boot each. */
  readonly run: readonly string[];
  readonly user: { readonly sudo: boolean };
  /** Bytes, or `auto`: what the files need with room to grow. */
  readonly size: number | 'auto';
  readonly hostname: string;
}

/** A file that a recipe puts into its image. */
export interface RecipeFile {
  /** Absolute, in the guest. */
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
