#include "switch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MIN = 16, SECRET_MAX = 4096 };

static uint8_t secret[SECRET_MAX];
static size_t secret_length;

/* Others must not be able to read it, or it is none. Returns whose it is. */
static uid_t take_secret(const char *path) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0)
    fail("Make one: head -c 32 /dev/urandom | base64 > FILE, after umask 077.",
         "Cannot read the secret \"%s\": %s", path, strerror(errno));
  if (info.st_mode & 077)
    fail("Let nobody else read it: chmod 600.", "Cannot use the secret \"%s\": others may read it",
         path);
  ssize_t length = read(fd, secret, sizeof secret);
  close(fd);
  if (length < SECRET_MIN)
    fail("Make a longer one: head -c 32 /dev/urandom | base64 > FILE, after umask 077.",
         "Cannot use the secret \"%s\": it has fewer than %d bytes", path, SECRET_MIN);
  secret_length = (size_t)length;
  return info.st_uid;
}

void read_secret(const char *path) { take_secret(path); }

static void make_directories(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
  }
}

/* 32 random bytes, in letters that survive copying. */
static bool write_secret(int fd) {
  uint8_t bytes[KEY];
  char text[2 * KEY + 2];
  if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) return false;
  for (int i = 0; i < KEY; i++) sprintf(text + 2 * i, "%02x", bytes[i]);
  text[2 * KEY] = '\n';
  return write(fd, text, 2 * KEY + 1) == 2 * KEY + 1 && fsync(fd) == 0;
}

/* It appears whole; who makes it at the same time keeps the first. */
static bool make_secret(const char *path) {
  char whole[PATH_MAX], part[PATH_MAX + 32];
  snprintf(whole, sizeof whole, "%s", path);
  snprintf(part, sizeof part, "%s.%d", whole, (int)getpid());
  make_directories(whole);
  int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool made = write_secret(fd) && (link(part, path) == 0 || errno == EEXIST);
  int reason = errno;
  close(fd);
  unlink(part);
  errno = reason;
  return made;
}

/* A user's secret, made when it is first needed. */
void own_secret(const char *path) {
  const char *hint = "Name the file of another one: --switch-secret FILE.";
  if (access(path, F_OK) != 0 && errno == ENOENT && !make_secret(path))
    fail(hint, "Cannot make the secret \"%s\": %s", path, strerror(errno));
  if (take_secret(path) != geteuid())
    fail(hint, "Cannot use the secret \"%s\": it is another user's", path);
}

bool has_secret(void) { return secret_length > 0; }

void prove(const uint8_t *text, size_t length, uint8_t digest[DIGEST]) {
  hmac_sha256(secret, secret_length, text, length, digest);
}

/* Of one secret, a key for each purpose. */
void derive_key(const char *purpose, uint8_t key[KEY]) {
  char text[300] = "APPMC1 ";
  strncat(text, purpose, sizeof text - strlen(text) - 1);
  prove((const uint8_t *)text, strlen(text), key);
}

bool is_same(const uint8_t *a, const uint8_t *b, size_t length) {
  uint8_t difference = 0;
  for (size_t i = 0; i < length; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}
