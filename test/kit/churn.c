/*
 * Runs as init of a guest and changes files at random below /churn, until it is killed or, with
 * stop=N, has done N things. Prints a line after each hundred. With fsync=1 it only makes small files,
 * each of them synced, so that fast commits come about.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static char data[70000];
static int kept[8];

static int number(const char *name, int fallback) {
  const char *text = getenv(name);
  return text ? atoi(text) : fallback;
}

static int below(int limit) { return (int)(random() % limit); }

/* A path with up to two directories; few names, so that they meet again. */
static const char *somewhere(char *path, int dirs) {
  static const char *kinds[] = {"file", "dir", "na\xefve", "new\nline", "x~", "-dash"};
  int depth = below(3), at = sprintf(path, "/churn");
  for (int i = 0; i < depth; i++) at += sprintf(path + at, "/dir%d", below(6));
  sprintf(path + at, "/%s%d", dirs ? "dir" : kinds[below(6)], below(dirs ? 6 : 40));
  return path;
}

static void fill(int fd, off_t offset, size_t length) {
  for (size_t i = 0; i < length; i++) data[i] = (char)random();
  if (pwrite(fd, data, length, offset) < 0) return;
}

static void contents(const char *path) {
  int kind = below(7);
  int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | (kind < 3 ? O_CREAT : 0), 0644);
  if (fd < 0) return;
  switch (kind) {
    case 0: fill(fd, 0, below(200)); break;
    case 1: fill(fd, 0, below(sizeof data)); break;
    case 2: fill(fd, below(3000000), below(9000)); break;
    case 3: fill(fd, lseek(fd, 0, SEEK_END), below(5000)); break;
    case 4: if (ftruncate(fd, below(40000))) break; break;
    case 5: if (fallocate(fd, below(2), below(100000), 1 + below(100000))) break; break;
    case 6: {
      struct stat s;
      if (fstat(fd, &s) || s.st_size < 4096) break;
      char *map = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      if (map == MAP_FAILED) break;
      map[below(4096)]++;
      munmap(map, 4096);
    }
  }
  close(fd);
}

static void attributes(const char *path) {
  struct timespec times[2] = {{random(), 5}, {below(3) ? random() : -random(), below(1000000000)}};
  char name[32];
  switch (below(6)) {
    case 0: if (chmod(path, below(010000))) break; break;
    case 1: if (lchown(path, below(3) ? below(99999) : 4000000000u, below(99999))) break; break;
    case 2: utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW); break;
    case 3: case 4:
      sprintf(name, "user.x%d", below(5));
      setxattr(path, name, data, below(2) ? below(60) : below(2000), 0);
      break;
    case 5: sprintf(name, "user.x%d", below(5)); removexattr(path, name);
  }
}

static void clear(const char *path) {
  char inner[8300];
  for (int i = 0; i < 40; i++) {
    sprintf(inner, "%s/file%d", path, i);
    unlink(inner);
  }
  rmdir(path);
}

static void names(char *a, char *b) {
  char target[3001];
  switch (below(9)) {
    case 0: case 1: mkdir(somewhere(a, 1), 0755); break;
    case 2: if (rename(a, b)) break; break;
    case 3: if (rename(somewhere(a, 1), somewhere(b, 1))) break; break;
    case 4: if (link(a, b)) break; break;
    case 5: {
      int length = below(2) ? below(70) + 1 : below(3000) + 1;
      memset(target, 't', length);
      target[length] = 0;
      if (symlink(target, a)) break;
      break;
    }
    case 6: mknod(a, (below(2) ? S_IFIFO : S_IFCHR) | 0644, makedev(below(300), below(70000))); break;
    case 7: unlink(a); break;
    case 8: clear(somewhere(a, 1));
  }
}

/* Keeps a deleted file open: an orphan. */
static void orphan(const char *path) {
  int slot = below(8);
  if (kept[slot] > 0) close(kept[slot]);
  kept[slot] = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (kept[slot] < 0) return;
  fill(kept[slot], 0, below(20000));
  unlink(path);
}

static void synced(int i) {
  char path[40];
  sprintf(path, "/churn/synced%d", i);
  int fd = open(path, O_WRONLY | O_CREAT, 0644);
  fill(fd, 0, 9);
  fsync(fd);
  close(fd);
}

int main(void) {
  char a[4200], b[4200];
  srandom(number("seed", 1));
  int stop = number("stop", -1);
  mkdir("/churn", 0755);
  for (int i = 1; i != stop + 1; i++) {
    somewhere(a, 0);
    somewhere(b, 0);
    switch (number("fsync", 0) ? 8 : below(8)) {
      case 8: synced(i); break;
      case 0: case 1: case 2: contents(a); break;
      case 3: attributes(a); break;
      case 4: case 5: case 6: names(a, b); break;
      case 7: if (below(3) == 0) orphan(a); else if (below(4) == 0) sync();
    }
    if (i % 100 == 0) {
      printf("churn %d\n", i);
      fflush(stdout);
    }
  }
  for (int i = 0; i < 8; i++) if (kept[i] > 0) close(kept[i]);
  sync();
  if (number("clean", 1)) mount(0, "/", 0, MS_REMOUNT | MS_RDONLY, 0);
  reboot(RB_POWER_OFF);
}
