/*
 * apppot-init: process 1 of a guest.
 *
 * It reads what to do from the control directory, a host directory seen through hostfs, runs one
 * job and powers off. docs/formats/control.md describes the directory and the control line.
 *
 * Every fork costs some 20 ms under User-Mode Linux: the only ones here are the job, and the merge
 * when there is a changes bundle.
 */
#ifndef APPPOT_INIT_H
#define APPPOT_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

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

/* settings.c: `name=value` words ended by NUL, from CONTROL/settings. */
bool read_settings(void);
const char *setting(const char *name, const char *otherwise);
long number_setting(const char *name, long otherwise);
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
void give_path_to_user(const char *path);
void become_user(void);

/* merge.c */
void merge_changes(void);

/* keep.c */
void keep_changes(void);

/* job.c: returns the job's status as a shell would give it. */
int run_job(void);

/* streams.c: between the job's pipes, the serial lines and the control directory. */
struct streams {
  bool terminal;  /* the job's stdin and stdout are a terminal */
  int job_in, job_out, job_err; /* the job's ends; -1 once given to it */
  int in, out, err;             /* our ends; -1 when closed */
};
void open_streams(struct streams *s);
void close_job_ends(struct streams *s);
int pump(pid_t job);
extern bool timed_out;

/* power.c */
bool is_process_1(void); /* else: a service of the image's own init */
void watch_disk(void);
void power_off(int status) __attribute__((noreturn));
void fail(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
