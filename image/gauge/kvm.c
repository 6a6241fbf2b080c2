#include "gauge.h"

#include <stdio.h>

#if defined(__x86_64__)

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MEMORY = 0x1000, LOOPS = 20 * 1000 * 1000 };

/* mov ecx, LOOPS; 1: dec ecx; jnz 1b; out 0x10, al; hlt. In 32-bit protected mode without paging. */
static const unsigned char CODE[] = {0xb9, LOOPS & 0xff,         LOOPS >> 8 & 0xff, LOOPS >> 16 & 0xff,
                                     LOOPS >> 24, 0x49, 0x75, 0xfd, 0xe6, 0x10, 0xf4};

static void overdue(int signal) { (void)signal; }

static void set_flat(struct kvm_segment *segment, bool code) {
  *segment = (struct kvm_segment){.limit = 0xffffffff, .present = 1, .s = 1, .db = 1, .g = 1};
  segment->type = code ? 11 : 3;
  segment->selector = code ? 8 : 16;
}

static bool enter_protected_mode(int cpu) {
  struct kvm_sregs system;
  struct kvm_regs registers = {.rip = 0, .rflags = 2, .rsp = MEMORY};
  if (ioctl(cpu, KVM_GET_SREGS, &system) != 0) return false;
  system.cr0 |= 1;
  set_flat(&system.cs, true);
  set_flat(&system.ds, false);
  system.es = system.ss = system.fs = system.gs = system.ds;
  return ioctl(cpu, KVM_SET_SREGS, &system) == 0 && ioctl(cpu, KVM_SET_REGS, &registers) == 0;
}

static int add_memory(int machine) {
  void *at = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return -1;
  memcpy(at, CODE, sizeof CODE);
  struct kvm_userspace_memory_region region = {.memory_size = MEMORY,
                                               .userspace_addr = (unsigned long)at};
  return ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A processor that is emulated, or never comes to an end, is none. */
static int run(int cpu, const struct kvm_run *state) {
  const double limit = 1.0;
  struct sigaction action = {.sa_handler = overdue};
  sigaction(SIGALRM, &action, NULL);
  double start = now();
  alarm(2);
  int result = ioctl(cpu, KVM_RUN, 0);
  alarm(0);
  double took = now() - start;
  if (result != 0 && errno == EINTR) {
    puts("a tiny guest does not come to its end: the processor is emulated at best");
    return NO;
  }
  if (result != 0) return failed("KVM_RUN");
  if (state->exit_reason != KVM_EXIT_IO) {
    printf("a tiny guest ended for reason %u\n", state->exit_reason);
    return NO;
  }
  printf("a tiny guest ran %.1f million loops in %.3f s\n", LOOPS / 1e6, took);
  return took > limit ? NO : OK;
}

int probe_kvm(void) {
  int kvm = open("/dev/kvm", O_RDWR);
  if (kvm < 0) return failed("/dev/kvm");
  int machine = ioctl(kvm, KVM_CREATE_VM, 0);
  if (machine < 0) return failed("KVM_CREATE_VM");
  if (add_memory(machine) != 0) return failed("KVM_SET_USER_MEMORY_REGION");
  int cpu = ioctl(machine, KVM_CREATE_VCPU, 0);
  if (cpu < 0) return failed("KVM_CREATE_VCPU");
  int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (size <= 0) return failed("KVM_GET_VCPU_MMAP_SIZE");
  void *state = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
  if (state == MAP_FAILED || !enter_protected_mode(cpu)) return failed("a virtual processor");
  return run(cpu, state);
}

#else

int probe_kvm(void) {
  puts("not tried on this kind of processor");
  return UNKNOWN;
}

#endif
