/* Sends a number once around a ring of processes; each adds its rank. */
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv) {
  int rank, size, sum = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int next = (rank + 1) % size, last = (rank + size - 1) % size;
  if (rank > 0) MPI_Recv(&sum, 1, MPI_INT, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  sum += rank;
  if (size > 1) MPI_Send(&sum, 1, MPI_INT, next, 0, MPI_COMM_WORLD);
  if (rank == 0) {
    if (size > 1) MPI_Recv(&sum, 1, MPI_INT, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    printf("%d processes, sum of ranks %d\n", size, sum);
  }
  MPI_Finalize();
  return 0;
}
