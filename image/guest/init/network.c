#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr inet(const char *text) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  struct sockaddr plain;
  inet_pton(AF_INET, text, &address.sin_addr);
  memcpy(&plain, &address, sizeof plain);
  return plain;
}

static struct ifreq named(const char *interface) {
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
  return request;
}

static void no_interface(const char *interface) __attribute__((noreturn));
static void no_interface(const char *interface) {
  fail(STATUS_FAILED, "Cannot bring up the network interface \"%s\": %s", interface, strerror(errno));
}

static void set_address(int fd, const char *interface, const char *address, const char *mask) {
  struct ifreq request = named(interface);
  request.ifr_addr = inet(address);
  if (ioctl(fd, SIOCSIFADDR, &request) != 0) no_interface(interface);
  request.ifr_netmask = inet(mask);
  ioctl(fd, SIOCSIFNETMASK, &request);
  ioctl(fd, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  if (ioctl(fd, SIOCSIFFLAGS, &request) != 0) no_interface(interface);
}

static void set_mtu(int fd, const char *interface, long mtu) {
  struct ifreq request = named(interface);
  request.ifr_mtu = (int)mtu;
  ioctl(fd, SIOCSIFMTU, &request);
}

static void set_gateway(int fd, const char *gateway) {
  struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
  route.rt_dst = inet("0.0.0.0");
  route.rt_genmask = inet("0.0.0.0");
  route.rt_gateway = inet(gateway);
  ioctl(fd, SIOCADDRT, &route);
}

/* The image names RUN/resolv.conf by a symlink; another image's own file is covered, not changed. */
static void set_nameserver(const char *address) {
  char line[64];
  snprintf(line, sizeof line, "nameserver %s\n", address);
  write_file(RUN "/resolv.conf", line);
  char *target = realpath("/etc/resolv.conf", NULL);
  if (!target || strcmp(target, RUN "/resolv.conf") != 0)
    mount(RUN "/resolv.conf", "/etc/resolv.conf", NULL, MS_BIND, NULL);
}

/* Covered, not changed, as the image's resolv.conf. */
static void set_hosts(void) {
  const char *hosts = setting("hosts", NULL);
  if (hosts && write_file(RUN "/hosts", hosts)) mount(RUN "/hosts", "/etc/hosts", NULL, MS_BIND, NULL);
}

static void set_hostname(void) {
  const char *own = setting("hostname", NULL), *name = own ? own : read_file("/etc/hostname", NULL);
  size_t length = name ? strcspn(name, " \t\r\n") : 0;
  if (length > 0) sethostname(name, length);
}

/* Private networks: `segment.N` is INTERFACE ADDRESS/PREFIX MTU, with N from 1. */
static void bring_up_segments(int fd) {
  char name[32], interface[16], address[16], mask[16];
  long mtu;
  unsigned prefix;
  for (int number = 1;; number++) {
    snprintf(name, sizeof name, "segment.%d", number);
    const char *segment = setting(name, NULL);
    if (!segment) return;
    if (sscanf(segment, "%15s %15[0-9.]/%u %ld", interface, address, &prefix, &mtu) != 4)
      fail(STATUS_FAILED, "Cannot read the setting %s=%s", name, segment);
    struct in_addr bits = {.s_addr = htonl(prefix == 0 ? 0 : ~0u << (32 - prefix))};
    set_mtu(fd, interface, mtu);
    set_address(fd, interface, address, inet_ntop(AF_INET, &bits, mask, sizeof mask));
  }
}

/* The addresses are those that slirp and slirp4netns give out: slirp(1), slirp4netns(1). */
void bring_up_network(void) {
  const char *interface = setting("interface", NULL);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  set_hostname();
  set_hosts();
  set_address(fd, "lo", "127.0.0.1", "255.0.0.0");
  if (interface) {
    set_mtu(fd, interface, number_setting("mtu", 1500));
    set_address(fd, interface, "10.0.2.15", "255.255.255.0");
    set_gateway(fd, "10.0.2.2");
    set_nameserver("10.0.2.3");
  }
  bring_up_segments(fd);
  if (setting("gateway", NULL)) set_gateway(fd, setting("gateway", NULL));
  if (setting("nameserver", NULL)) set_nameserver(setting("nameserver", NULL));
  close(fd);
}
