#include "gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <unistd.h>

enum { SAMPLE = 1 << 20 };

static void tell(const char *name, bool works) {
  printf("%s=%s\n", name, works ? "ok" : strerror(errno));
}

/* As much as shows a quota or a full disk, which some filesystems tell at the sync only. */
static bool can_write(int fd) {
  char *data = calloc(1, SAMPLE);
  if (!data) return false;
  memset(data, 'x', SAMPLE);
  ssize_t put = write(fd, data, SAMPLE);
  free(data);
  if (put >= 0 && put < SAMPLE) errno = ENOSPC;
  return put == SAMPLE && fsync(fd) == 0;
}

static bool can_execute(int fd) {
  void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);
  return at != MAP_FAILED && munmap(at, 4096) == 0;
}

static bool can_lock(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_SETLK, &lock) == 0;
}

static bool can_listen(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  bool works = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
  int reason = errno;
  if (fd >= 0) close(fd);
  unlink(path);
  errno = reason;
  return works;
}

int probe_directory(const char *directory) {
  char path[PATH_MAX];
  struct statfs info;
  if (statfs(directory, &info) != 0) return failed("statfs");
  printf("free=%llu\n", (unsigned long long)info.f_bavail * (unsigned long long)info.f_bsize);
  printf("files=%lld\n", info.f_files == 0 ? -1LL : (long long)info.f_ffree);
  printf("type=%lx\n", (unsigned long)info.f_type);
  if ((size_t)snprintf(path, sizeof path, "%s/.apppot-XXXXXX", directory) >= sizeof path)
    return USAGE;
  int fd = mkstemp(path);
  tell("create", fd >= 0);
  if (fd < 0) return NO;
  tell("write", can_write(fd));
  tell("execute", can_execute(fd));
  tell("lock", can_lock(fd));
  close(fd);
  unlink(path);
  tell("socket", can_listen(path));
  return OK;
}

int probe_access(const char *path) {
  tell("exists", access(path, F_OK) == 0);
  tell("read", access(path, R_OK | X_OK) == 0);
  tell("write", access(path, W_OK) == 0);
  return OK;
}
