/* Sends a number once around a ring of processes; each adds its rank and says where it is. */
#include <mpi.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int rank, size, sum = 0;
  char host[64];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  gethostname(host, sizeof host);
  printf("hello from %d of %d on %s\n", rank, size, host);
  int next = (rank + 1) % size, last = (rank + size - 1) % size;
  if (rank > 0) MPI_Recv(&sum, 1, MPI_INT, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  sum += rank;
  MPI_Send(&sum, 1, MPI_INT, next, 0, MPI_COMM_WORLD);
  if (rank == 0) {
    MPI_Recv(&sum, 1, MPI_INT, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    printf("sum of ranks: %d\n", sum);
  }
  MPI_Finalize();
  return 0;
}
