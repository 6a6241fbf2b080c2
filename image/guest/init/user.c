#include "init.h"

#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMAGE_GROUP "apppot"

static uid_t previous_owner;

static uid_t user_id(void) { return (uid_t)number_setting("uid", 1000); }
static gid_t group_id(void) { return (gid_t)number_setting("gid", 1000); }

/* The gid of the image's group that may become root, or the user's own. */
static gid_t image_group(void) {
  char *line = read_file("/etc/group", NULL);
  for (line = line ? strtok(line, "\n") : NULL; line; line = strtok(NULL, "\n")) {
    if (strncmp(line, IMAGE_GROUP ":", sizeof IMAGE_GROUP) != 0) continue;
    char *id = strchr(line + sizeof IMAGE_GROUP, ':');
    if (id) return (gid_t)strtoul(id + 1, NULL, 10);
  }
  return group_id();
}

/*
 * Names for the caller's numbers. libnss-extrausers finds them through symlinks in the image, so
 * that the image's own /etc/passwd does not change from start to start.
 */
static void write_names(void) {
  char line[1024];
  const char *name = setting("user", "user"), *group = setting("group", name);
  snprintf(line, sizeof line, "%s:x:%u:%u:AppPot user:" HOME ":/bin/sh\n", name, user_id(),
           group_id());
  write_file(RUN "/passwd", line);
  snprintf(line, sizeof line, "%s:x:%u:\n", group, group_id());
  write_file(RUN "/group", line);
  snprintf(line, sizeof line, "%s:*:1:0:99999:7:::\n", name);
  write_file(RUN "/shadow", line);
  chmod(RUN "/shadow", 0600);
}

static int give(const char *path, const struct stat *info, int type, struct FTW *where) {
  (void)type, (void)where;
  if (info->st_uid != previous_owner) return 0;
  if (lchown(path, user_id(), group_id()) != 0) return 0;
  if (S_ISREG(info->st_mode) && (info->st_mode & 06000)) chmod(path, info->st_mode & 07777);
  return 0;
}

/* The home belongs to whoever starts the guest; what others own in it stays theirs. */
static void give_home(void) {
  struct stat home;
  make_directory(HOME, 0755);
  if (stat(HOME, &home) != 0 || (home.st_uid == user_id() && home.st_gid == group_id())) return;
  previous_owner = home.st_uid;
  nftw(HOME, give, 16, FTW_PHYS | FTW_MOUNT);
}

void make_user(void) {
  write_names();
  give_home();
}

/* So that the job may open it again by name, as in /dev/stderr. */
void give_to_user(int fd) { fchown(fd, user_id(), group_id()); }

void give_path_to_user(const char *path) { chown(path, user_id(), group_id()); }

/* For a child about to run the job, or something of root's beside it. */
void become(bool root) {
  gid_t groups[] = {image_group()};
  bool done = root ? setgroups(0, NULL) == 0 && setgid(0) == 0 && setuid(0) == 0
                   : setgroups(1, groups) == 0 && setgid(group_id()) == 0 && setuid(user_id()) == 0;
  if (!done) _exit(STATUS_FAILED);
}
