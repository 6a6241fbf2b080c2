/*
 * apppot-init: process 1 of a guest.
 *
 * It reads what to do from the control directory, a host directory seen through hostfs, runs one
 * job and powers off. docs/formats/control.md describes the directory and the control line.
 *
 * Every fork costs some 20 ms under User-Mode Linux: the only ones here are the job, the merge when
 * there is a changes bundle, and what is run beside the job.
 */
#ifndef APPPOT_INIT_H
#define APPPOT_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <poll.h>
#include <sys/types.h>
#include <time.h>

#define RUN "/run/apppot"
#define CONTROL RUN "/control"
#define HOME "/home/user"
#define JOBDIR HOME "/job"
#define SCRATCH HOME "/scratch"

/* Our own failures; a guest command's status is anything. See docs/exit-status.md. */
enum { STATUS_TIMED_OUT = 124, STATUS_FAILED = 125, STATUS_CANNOT = 126, STATUS_NOT_FOUND = 127 };

/* files.c */
char *read_file(const char *path, size_t *length);
bool write_file(const char *path, const char *text);
bool write_all(int fd, const char *data, size_t length);
void make_directory(const char *path, mode_t mode);

/* settings.c: `name=value` words ended by NUL, from CONTROL/settings or another file. */
bool read_settings(void);
const char *setting(const char *name, const char *otherwise);
long number_setting(const char *name, long otherwise);
long number_of(char **words, const char *name, long otherwise);
char **read_words(const char *path);
bool boot_word(const char *name, char *value, size_t size);

/* mounts.c */
void mount_system(void);
void mount_control(void);
void mount_jobdir(void);
void mount_binds(void);
void mount_scratch(void);
bool mount_host(const char *directory, const char *at, unsigned long flags);
void seal_disks(void);

/* network.c */
void bring_up_network(void);

/* user.c */
void make_user(void);
void give_to_user(int fd);
void become(bool root);
void give_path_to_user(const char *path);

/* merge.c */
void merge_changes(void);

/* keep.c */
void keep_changes(void);

/* job.c: returns the job's status as a shell would give it. */
struct streams;
int run_job(void);
char **shell_command(bool terminal);
void exec_command(const struct streams *s, char **command, bool as_root, char **environment)
    __attribute__((noreturn));

/* flow.c: bytes on their way from one descriptor to another; -1 when closed. */
enum { BLOCK = 65536 };
struct flow {
  int from, to;
  size_t start, end;
  char data[BLOCK];
};
/* What the host gives in pieces: numbered files, each told on the control line; an empty one ends it. */
struct input {
  int directory;
  unsigned long told, taken;
  struct flow flow;
};
void make_pipe(int ends[2], int ours);
void close_end(int *fd);
bool would_wait(void);
bool is_full(const struct flow *f);
void fill(struct flow *f);
bool drain(struct flow *f);
void feed(struct input *in);
bool has_input(const struct input *in);

/* streams.c: between the job's pipes, the serial lines and the control directory. */
struct streams {
  bool terminal;                /* the job's stdin and stdout are a terminal */
  int job_in, job_out, job_err; /* the job's ends */
};
void open_streams(struct streams *s);
void close_job_ends(struct streams *s);
void set_size(int terminal, long rows, long columns);
struct pollfd when(int fd, short events, bool wanted);
int pump(pid_t job);
extern bool timed_out;

/* sessions.c, session.c: commands beside the job. */
enum { SESSIONS_MAX = 64, SESSION_ENDS = 3 * SESSIONS_MAX, SESSION_ID = 33 };
struct session {
  char id[SESSION_ID];
  pid_t process;
  bool as_root, ended, has_left; /* has_left: nobody reads what it says */
  int status, directory, terminal;
  unsigned long made, taken; /* pieces of output */
  time_t kill_at;            /* 0: never */
  struct input in;
  struct flow out, err;
};
struct session *open_session(const char *id);
struct session *start_session(const char *id);
void obey_session(const char *message);
void end_session(pid_t process, int status);
void serve_sessions(void);
size_t watch_sessions(struct pollfd *list, bool *is_timed);

/* power.c */
bool is_process_1(void); /* else: a service of the image's own init */
void watch_disk(void);
void power_off(int status) __attribute__((noreturn));
void fail(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
