import type { Caller } from '../launch/launch.ts';

/** Where a guest finds the names of all guests of its cluster, a line each. */
export const MACHINES = '/run/apppot/control/machines';

/**
 * Variables by which MPI finds the guests, starts programs on them, and keeps to the private network.
 *
 * Sources: mpirun(1) of Open MPI 4 and prte(1) of 5; mpiexec.hydra(1) of MPICH.
 *
 * @param network The private network, such as `10.77.0.0/16`.
 */
export function mpiEnvironment(network: string, { uid }: Caller): Readonly<Record<string, string>> {
  return {
    APPPOT_MACHINES: MACHINES,
    OMPI_MCA_plm_rsh_agent: 'apppot-rsh',
    OMPI_MCA_orte_default_hostfile: MACHINES,
    OMPI_MCA_oob_tcp_if_include: network,
    OMPI_MCA_btl_tcp_if_include: network,
    PRTE_MCA_plm_ssh_agent: 'apppot-rsh',
    PRTE_MCA_prte_default_hostfile: MACHINES,
    PRTE_MCA_prte_if_include: network,
    HYDRA_LAUNCHER_EXEC: 'apppot-rsh',
    HYDRA_HOST_FILE: MACHINES,
    ...(uid === 0 ? AS_ROOT : {}),
  };
}

/** Open MPI refuses root, who in a guest is nobody to be afraid of. */
const AS_ROOT = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  PRTE_ALLOW_RUN_AS_ROOT: '1',
  PRTE_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
};
