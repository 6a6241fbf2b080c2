/*
 * greedy FILE MIB: says `up` and, once the file is there, touches so much memory. What it runs is in
 * memory by then: to read more of it, where there is no room left, may fail in many ways.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int count, char **words) {
  size_t size = count > 2 ? strtoul(words[2], NULL, 10) << 20 : 0;
  if (size == 0 || mlockall(MCL_CURRENT) != 0) return 2;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  puts("up");
  fflush(stdout);
  while (access(words[1], F_OK) != 0) usleep(100 * 1000);
  for (size_t i = 0; i < size; i += 4096) memory[i] = 1;
  return 0;
}
