/** One line of what a comparison of trees must not miss. Scripts are bash, run inside the tree. */
export interface Case {
  readonly title: string;
  /** Makes the base. */
  readonly before?: string;
  /** Changes it. */
  readonly after: string;
  /**
   * Every change but those of directories that were merely written to, as `M path`; undefined where
   * only the merged tree matters.
   */
  readonly changes?: readonly string[];
  readonly exclude?: readonly string[];
}
