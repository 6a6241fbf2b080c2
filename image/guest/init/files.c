#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The whole file, with a NUL after it; NULL when it cannot be read. Never freed: init runs once. */
char *read_file(const char *path, size_t *length) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  size_t size = 0, room = 4096;
  char *data = malloc(room + 1);
  ssize_t got;
  while (data && (got = read(fd, data + size, room - size)) > 0) {
    size += (size_t)got;
    if (size == room) data = realloc(data, (room *= 2) + 1);
  }
  close(fd);
  if (!data) return NULL;
  data[size] = '\0';
  if (length) *length = size;
  return data;
}

bool write_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t put = write(fd, data, length);
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) data += put, length -= (size_t)put;
  }
  return true;
}

bool write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  bool done = write_all(fd, text, strlen(text));
  return close(fd) == 0 && done;
}

void make_directory(const char *path, mode_t mode) {
  mkdir(path, mode);
}
