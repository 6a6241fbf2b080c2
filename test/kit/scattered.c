/* Touches so many MiB of memory in random order, so that no two pages lie together. */
#include <stdlib.h>
#include <sys/mman.h>

int main(int count, char **words) {
  size_t pages = count > 1 ? strtoul(words[1], NULL, 10) * 256 : 0;
  unsigned *order = malloc(pages * sizeof *order);
  char *memory =
      mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!order || memory == MAP_FAILED) return 2;
  for (size_t i = 0; i < pages; i++) order[i] = (unsigned)i;
  for (size_t i = pages; i > 1; i--) {
    size_t other = (size_t)random() % i;
    unsigned page = order[i - 1];
    order[i - 1] = order[other];
    order[other] = page;
  }
  for (size_t i = 0; i < pages; i++) memory[(size_t)order[i] * 4096] = 1;
  return 0;
}
