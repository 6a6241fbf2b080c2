/** Where the files are that a job file, or the command line, speaks of. */
export interface JobPlace {
  /** What relative paths start from. */
  readonly directory: string;
  /** What `~/` stands for. */
  readonly home: string;
}

/** A file that was found, or is to be fetched. */
export interface JobFileInput {
  /** Relative to the job directory. */
  readonly name: string;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'url'; readonly url: string };
  readonly isExecutable?: true;
}

/** What one job file says, or the command line. Paths are absolute, sizes in bytes, times in seconds. */
export interface JobLayer {
  readonly name?: string | undefined;
  readonly rte?: string | undefined;
  readonly image?: string | undefined;
  readonly 'ship-image'?: string | undefined;
  readonly changes?: string | undefined;
  readonly 'ship-kernel'?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: readonly JobFileInput[] | undefined;
  readonly output?: readonly { readonly name: string; readonly url?: string }[] | undefined;
  readonly stdin?: JobFileInput | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly mem?: number | undefined;
  readonly 'request-mem'?: number | undefined;
  readonly disk?: number | undefined;
  readonly 'cpu-time'?: number | undefined;
  readonly 'wall-time'?: number | undefined;
  readonly count?: number | undefined;
  readonly queue?: string | undefined;
  readonly arch?: string | undefined;
  readonly notify?: string | undefined;
  readonly 'save-changes'?: string | undefined;
}
