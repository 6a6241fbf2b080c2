#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is mounted already, or has no place in the image, is left as it is. */
static void mount_kernel(const char *type, const char *at, unsigned long flags, const char *data) {
  make_directory(at, 0755);
  mount(type, at, type, flags, data);
}

static void make_links(void) {
  symlink("/proc/self/fd", "/dev/fd");
  symlink("/proc/self/fd/0", "/dev/stdin");
  symlink("/proc/self/fd/1", "/dev/stdout");
  symlink("/proc/self/fd/2", "/dev/stderr");
}

void mount_system(void) {
  const unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  umask(0);
  mount_kernel("proc", "/proc", plain, NULL);
  mount_kernel("sysfs", "/sys", plain, NULL);
  mount_kernel("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
  mount_kernel("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
  mount_kernel("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_kernel("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
  make_links();
  make_directory("/run/lock", 01777);
  umask(022);
}

/* Hostfs: a directory of the host as the user who started the guest sees it. */
bool mount_host(const char *directory, const char *at, unsigned long flags) {
  make_directory(at, 0755);
  return mount("host", at, "hostfs", flags, directory) == 0;
}

void mount_control(void) {
  char directory[PATH_MAX];
  make_directory(RUN, 0755);
  if (!boot_word("apppot.control", directory, sizeof directory))
    fail(STATUS_FAILED, "Cannot find the job: apppot.control= is not on the kernel command line");
  if (!mount_host(directory, CONTROL, MS_NOSUID | MS_NODEV | MS_NOEXEC))
    fail(STATUS_FAILED, "Cannot mount the control directory \"%s\": %s", directory, strerror(errno));
  if (!read_settings())
    fail(STATUS_FAILED, "Cannot read \"settings\" in the control directory \"%s\": %s", directory,
         strerror(errno));
}

void mount_jobdir(void) {
  const char *directory = setting("jobdir", NULL);
  if (!directory) return;
  if (!mount_host(directory, JOBDIR, MS_NOSUID | MS_NODEV))
    fail(STATUS_FAILED, "Cannot mount the job directory \"%s\": %s", directory, strerror(errno));
}

static void make_directories(const char *path) {
  char *copy = strdup(path);
  for (char *at = copy; copy && (at = strchr(at + 1, '/')); *at = '/') {
    *at = '\0';
    make_directory(copy, 0755);
  }
  make_directory(path, 0755);
  free(copy);
}

/* Three words for each: host directory, place in the guest, "ro" or "rw". */
void mount_binds(void) {
  char **word = read_words(CONTROL "/binds");
  for (; word && word[0] && word[1] && word[2]; word += 3) {
    unsigned long flags = MS_NOSUID | MS_NODEV | (strcmp(word[2], "ro") == 0 ? MS_RDONLY : 0);
    make_directories(word[1]);
    if (!mount_host(word[0], word[1], flags))
      fail(STATUS_FAILED, "Cannot mount the host's \"%s\" at \"%s\": %s", word[0], word[1],
           strerror(errno));
  }
}

/* Nothing of it outlives the guest: no barriers, and no inode tables made ready in advance. */
void mount_scratch(void) {
  const char *disk = setting("scratch", NULL);
  if (!disk) return;
  make_directory(SCRATCH, 0755);
  if (mount(disk, SCRATCH, "ext4", MS_NOSUID | MS_NODEV, "nobarrier,noinit_itable") != 0)
    fail(STATUS_FAILED, "Cannot mount the scratch disk: %s", strerror(errno));
  give_path_to_user(SCRATCH);
}

/* Leaves the disk clean, so that the next start has no journal to replay. */
void seal_disks(void) {
  chdir("/");
  umount2(JOBDIR, MNT_DETACH);
  sync();
  mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
}
