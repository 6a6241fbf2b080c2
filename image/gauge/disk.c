#include "gauge.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 32 << 20, CHUNK = 1 << 20, SMALL_FILES = 64, SMALL = 4096 };

static char *chunk;
static char work[PATH_MAX];

static void name_metric(const char *prefix, const char *what, const char *unit, double value) {
  char name[64];
  snprintf(name, sizeof name, "%s-%s", prefix, what);
  show(name, unit, value);
}

static bool write_file(int fd) {
  for (int done = 0; done < FILE_BYTES; done += CHUNK)
    if (write(fd, chunk, CHUNK) != CHUNK) return false;
  return fsync(fd) == 0;
}

static bool read_file(int fd) {
  for (int done = 0; done < FILE_BYTES; done += CHUNK)
    if (pread(fd, chunk, CHUNK, done) != CHUNK) return false;
  return true;
}

static void small_files(void) {
  char path[PATH_MAX + 32];
  for (int i = 0; i < SMALL_FILES; i++) {
    snprintf(path, sizeof path, "%s/%d", work, i);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (write(fd, chunk, SMALL) != SMALL) return;
    close(fd);
  }
  for (int i = 0; i < SMALL_FILES; i++) {
    snprintf(path, sizeof path, "%s/%d", work, i);
    unlink(path);
  }
}

static void measure_large(const char *prefix) {
  char path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/large", work);
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  double start = now();
  if (fd >= 0 && write_file(fd)) {
    name_metric(prefix, "write", "B/s", FILE_BYTES / (now() - start));
    /* A guest forgets what it wrote, so that it reads from its disk; the host has it in memory. */
    if (access("/proc/exitcode", F_OK) == 0) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    start = now();
    if (read_file(fd)) name_metric(prefix, "read", "B/s", FILE_BYTES / (now() - start));
  }
  if (fd >= 0) close(fd);
  unlink(path);
}

void measure_disk(const char *prefix, const char *directory) {
  chunk = malloc(CHUNK);
  if (!chunk) return;
  memset(chunk, 'x', CHUNK);
  snprintf(work, sizeof work, "%s/apppot-gauge.XXXXXX", directory);
  if (mkdtemp(work)) {
    measure_large(prefix);
    name_metric(prefix, "files", "s", seconds_each(small_files) / SMALL_FILES);
    rmdir(work);
  }
  free(chunk);
}
