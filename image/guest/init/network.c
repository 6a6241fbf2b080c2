#include "init.h"

#include <arpa/inet.h>
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

static void set_address(int fd, const char *interface, const char *address, const char *mask) {
  struct ifreq request = named(interface);
  request.ifr_addr = inet(address);
  ioctl(fd, SIOCSIFADDR, &request);
  request.ifr_netmask = inet(mask);
  ioctl(fd, SIOCSIFNETMASK, &request);
  ioctl(fd, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  ioctl(fd, SIOCSIFFLAGS, &request);
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

static void set_hostname(void) {
  size_t length = 0;
  char *name = read_file("/etc/hostname", &length);
  length = name ? strcspn(name, " \t\r\n") : 0;
  if (length > 0) sethostname(name, length);
}

/* The addresses are those that slirp and slirp4netns give out: slirp(1), slirp4netns(1). */
void bring_up_network(void) {
  const char *interface = setting("interface", NULL);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  set_hostname();
  set_address(fd, "lo", "127.0.0.1", "255.0.0.0");
  if (interface) {
    set_mtu(fd, interface, number_setting("mtu", 1500));
    set_address(fd, interface, "10.0.2.15", "255.255.255.0");
    set_gateway(fd, "10.0.2.2");
    set_nameserver("10.0.2.3");
  }
  close(fd);
}
