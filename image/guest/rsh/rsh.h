/*
 * apppot-rsh: runs commands on other guests of a private network, as MPI programs are started.
 *
 * usage: apppot-rsh [OPTION...] HOST COMMAND...   as rsh(1): options are those of ssh, and ignored
 *        apppot-rsh --serve ADDRESS               runs what others ask for, as the user it runs as
 *        apppot-rsh --connect ADDRESS PORT        its stdin and stdout become a connection to a server here
 *        apppot-rsh --wait SECONDS HOST... -- COMMAND...
 *                                                 runs a command once all hosts serve
 *
 * There is no password: whoever is in the private network is trusted there. HOST is an address, or a name
 * of /etc/hosts.
 *
 * On the connection both sides send messages: a letter, a length of 4 bytes, big-endian, and so many bytes.
 * To the server: c the command, i input (none: its end); from it: o output, e error output, x the status.
 */
#ifndef APPPOT_RSH_H
#define APPPOT_RSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PORT = 8514, HEAD = 5, PAYLOAD = 65536, STATUS_FAILED = 125, STATUS_NOT_FOUND = 127 };

/* message.c: false when the other side is gone, or sends what is none. */
bool send_message(int fd, char kind, const void *data, size_t length);
bool receive_message(int fd, char *kind, char data[PAYLOAD + 1], size_t *length);

/* place.c */
int call_host(const char *host);
int listen_at(const char *address);

/* serve.c */
int serve(const char *address);

/* call.c */
int call(const char *host, char **words);

/* connect.c */
int connect_to(const char *address, const char *port);

/* await.c */
int wait_for_hosts(char **words);

#endif
