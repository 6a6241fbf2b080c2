/**
 * What `--help` and the manual pages show of each command, by its path.
 *
 * @module
 */

export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  bench: ['apppot bench --image base.img', 'apppot bench --rounds 5 --json'],
  'cluster run': [
    'apppot cluster run -n 4 --image mpi.img mpirun ./hello',
    'apppot cluster run --hosts hosts.txt --image mpi.img mpirun -n 8 ./ring',
  ],
  completion: [
    'apppot completion bash >~/.local/share/bash-completion/completions/apppot',
    'source <(apppot completion zsh)',
    'apppot completion fish >~/.config/fish/completions/apppot.fish',
  ],
  'config show': ['apppot config show', 'apppot config show start --all --json'],
  'config check': ['apppot config check', 'apppot config check ./apppot.yaml'],
  'explain job': ['apppot explain job 4711', 'apppot explain job 4711 --json'],
  'explain node': ['apppot explain node vb-3f9a2c-local-k2j7q5zmw4xa'],
  nodes: ['apppot nodes', 'apppot nodes -c burst.yaml --all --json'],
  'nodes drain': ['apppot nodes drain vb-3f9a2c-local-k2j7q5zmw4xa'],
  'nodes hold': [
    'apppot nodes hold --for 2h vb-3f9a2c-local-k2j7q5zmw4xa',
    'apppot nodes hold --release vb-3f9a2c-local-k2j7q5zmw4xa',
  ],
  'nodes stop': ['apppot nodes stop vb-3f9a2c-local-k2j7q5zmw4xa'],
  'nodes audit': ['apppot nodes audit', 'apppot nodes audit -c burst.yaml --arm'],
  orchestrate: [
    'apppot orchestrate -c burst.yaml --dry-run',
    'apppot orchestrate -c burst.yaml --once',
    'apppot orchestrate -c burst.ts --frozen',
  ],
  'orchestrate check': ['apppot orchestrate check burst.yaml'],
  'orchestrate power resume': ["apppot orchestrate power resume 'node[001-004]'"],
  'orchestrate power suspend': ["apppot orchestrate power suspend 'node[001-004]'"],
  'orchestrate power fail': ['apppot orchestrate power fail node007'],
  'orchestrate replay': ['apppot orchestrate replay -c burst.yaml'],
  doctor: ['apppot doctor', 'apppot doctor --mem 4G --image base.img -q'],
  init: ['apppot init python', 'apppot init c primes'],
  'image build': [
    'apppot image build minimal -o base.img',
    'apppot image build ./solver.yaml -o solver.img --dry-run',
  ],
  'image ls': ['apppot image ls', 'apppot image ls /srv/images --json'],
  'image inspect': ['apppot image inspect base.img', 'apppot image inspect --verify base.img'],
  ps: ['apppot ps', 'apppot ps --json'],
  stop: ['apppot stop solver', 'apppot stop --all --grace 1m'],
  kill: ['apppot kill solver'],
  logs: ['apppot logs solver', 'apppot logs -f -n 20 solver'],
  exec: [
    'apppot exec solver ps aux',
    'tar c data | apppot exec solver tar x',
    'apppot exec --user root -t solver -- apt-get install gdb',
  ],
  console: ['apppot console solver', 'apppot console --user root solver'],
  'site rte': [
    'apppot site rte --image /shared/apppot/base.img',
    'apppot site rte --image /shared/base.img --name APPS/BIO/APPPOT-2.0 -o /etc/arc/rte',
  ],
  jobs: ['apppot jobs', 'apppot jobs k3f9a2 --state failed', 'apppot jobs --json'],
  'job show': ['apppot job show k3f9a2', 'apppot job show k3f9a2.17 --json'],
  'job wait': ['apppot job wait k3f9a2'],
  'job cat': ['apppot job cat k3f9a2', 'apppot job cat k3f9a2 --stderr'],
  'job fetch': ['apppot job fetch k3f9a2 -o results'],
  'job kill': ['apppot job kill k3f9a2'],
  'job clean': ['apppot job clean k3f9a2'],
  'job retry': ['apppot job retry k3f9a2', 'apppot job retry k3f9a2.17'],
  submit: [
    'apppot submit job.yaml --to https://ce.example.org/arex',
    'apppot submit --rte APPS/BIO/APPPOT-1.0 --changes my.changes.tar.gz --wait ./search',
    'apppot submit job.yaml --to slurm --via me@head.example.org',
    'apppot submit job.yaml --dry-run --print adl',
    'apppot submit job.yaml --array 100 ./search {}',
    'apppot submit job.yaml --each samples.txt --wait ./search {1} {2}',
    'apppot submit --resume k3f9a2',
  ],
  start: [
    'apppot-start --image base.img uname -a',
    'apppot-start --image develop.img --cow work.cow',
    'seq 9 | apppot-start --image base.img --changes my.changes.tar.gz sort -r',
  ],
  switch: [
    'apppot switch /tmp/lab.sock',
    'apppot switch /tmp/lab.sock --listen 0.0.0.0:7700 --secret lab.key',
    'apppot switch /tmp/lab.sock --link ssh:head:/tmp/lab.sock',
  ],
  'snap base': ['sudo apppot-snap base', 'apppot-snap base --root tree --base tree.manifest'],
  'snap changes': [
    'sudo apppot-snap changes my.changes.tar.gz',
    'apppot-snap changes my.changes.tar.gz --image base.img --cow work.cow',
  ],
  'snap merge': [
    'sudo apppot-snap merge my.changes.tar.gz',
    'apppot-snap merge my.changes.tar.gz --root tree --base tree.manifest --dry-run',
  ],
  'snap diff': ['apppot-snap diff --stat', 'apppot-snap diff --image base.img --cow work.cow'],
  'snap show': ['apppot-snap show my.changes.tar.gz', 'apppot-snap show --paths my.changes.tar.gz'],
  'snap verify': ['apppot-snap verify my.changes.tar.gz'],
  'snap index': ['apppot-snap index base.img'],
  'snap rebase': [
    'apppot-snap rebase old.changes.tar.gz --base old.img --onto new.img -o new.changes.tar.gz',
  ],
};
