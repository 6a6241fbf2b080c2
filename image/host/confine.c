/*
 * apppot-confine: gives up access to files, sockets and other processes, then becomes a program.
 *
 * usage: apppot-confine [--run PATH] [--read PATH] [--write PATH] [--local] -- PROGRAM [WORD...]
 *        apppot-confine --version
 *
 * --run, --read and --write name files or whole directories, and can be given again; what is not
 * named cannot be opened any more. A path with a `?` before it may be missing. --local leaves
 * sockets of the local machine only. --version prints the version of Landlock that the kernel
 * speaks, 0 when none. Nothing of this needs a privilege; it holds for all that the program starts.
 *
 * Source: landlock(7), seccomp(2); linux/landlock.h, repeated here because it grows with the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { RULE_PATH_BENEATH = 1, GET_VERSION = 1 };

#define EXECUTE (1ULL << 0)
#define WRITE_FILE (1ULL << 1)
#define READ_FILE (1ULL << 2)
#define READ_DIR (1ULL << 3)
#define TRUNCATE (1ULL << 14)
#define IOCTL_DEV (1ULL << 15)

/* All rights on files by version: the first 13, REFER, TRUNCATE, IOCTL_DEV. */
#define ALL(version) \
  ((1ULL << ((version) >= 5 ? 16 : (version) >= 3 ? 15 : (version) == 2 ? 14 : 13)) - 1)
/* Rights that a rule on a file, not a directory, may name. */
#define OF_FILES (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV)
/* Abstract sockets of others, signals to others: since version 6. */
#define SCOPES 3ULL

struct ruleset { uint64_t files, network, scopes; };
struct rule { uint64_t access; int32_t parent; } __attribute__((packed));

/* Until this version files elsewhere could be cut to no length. */
enum { LEAST_VERSION = 3 };

static void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fputs("apppot-confine: Cannot ", stderr);
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
  exit(125);
}

static int landlock_version(void) {
  long version = syscall(CREATE_RULESET, NULL, 0, GET_VERSION);
  return version < 0 ? 0 : (int)version;
}

static int open_ruleset(int version) {
  struct ruleset all = {ALL(version), 0, version >= 6 ? SCOPES : 0};
  size_t size = version >= 6 ? sizeof all : version >= 4 ? 16 : 8;
  int ruleset = (int)syscall(CREATE_RULESET, &all, size, 0);
  if (ruleset < 0) fail("confine by Landlock: %s", strerror(errno));
  return ruleset;
}

static void allow(int ruleset, const char *path, uint64_t access) {
  struct stat info;
  const char *name = *path == '?' ? path + 1 : path;
  struct rule rule = {access, open(name, O_PATH | O_CLOEXEC)};
  if (rule.parent < 0 && *path == '?') return;
  if (rule.parent < 0 || fstat(rule.parent, &info) != 0)
    fail("open \"%s\": %s", name, strerror(errno));
  if (!S_ISDIR(info.st_mode)) rule.access &= OF_FILES;
  if (syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) != 0)
    fail("allow \"%s\": %s", name, strerror(errno));
  close(rule.parent);
}

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "no known architecture"
#endif
#define X32 0x40000000
#define FIELD(name) offsetof(struct seccomp_data, name)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

/* Rings could make sockets unseen; calls of another architecture have other numbers. */
static void keep_local(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
      REFUSE(ENOSYS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 4),
      REFUSE(ENOSYS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
      REFUSE(EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    fail("confine sockets: %s", strerror(errno));
}

static uint64_t access_of(const char *option, int version) {
  if (strcmp(option, "--run") == 0) return READ_FILE | READ_DIR | EXECUTE;
  if (strcmp(option, "--read") == 0) return READ_FILE | READ_DIR;
  if (strcmp(option, "--write") == 0) return ALL(version) & ~EXECUTE;
  return 0;
}

int main(int count, char **words) {
  int version = landlock_version(), local = 0, at = 1;
  if (count == 2 && strcmp(words[1], "--version") == 0) return printf("%d\n", version) < 0;
  if (version < LEAST_VERSION)
    fail("confine by Landlock: this kernel speaks version %d, and %d is needed", version,
         LEAST_VERSION);
  int ruleset = open_ruleset(version);
  for (; at < count && strcmp(words[at], "--") != 0; at++) {
    uint64_t access = access_of(words[at], version);
    if (access != 0 && at + 1 < count) allow(ruleset, words[++at], access);
    else if (strcmp(words[at], "--local") == 0) local = 1;
    else fail("understand \"%s\"", words[at]);
  }
  if (at + 1 >= count) fail("run: no program was named");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("give up privileges: %s", strerror(errno));
  if (syscall(RESTRICT_SELF, ruleset, 0) != 0) fail("confine by Landlock: %s", strerror(errno));
  if (local) keep_local();
  execv(words[at + 1], words + at + 1);
  fail("run \"%s\": %s", words[at + 1], strerror(errno));
}
