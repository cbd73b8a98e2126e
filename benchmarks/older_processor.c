/* Answers for a processor without AVX-512, AMX and VNNI; see older_processor.py.

   Loaded before everything else (LD_PRELOAD). In the patched libraries every `cpuid` is an `ud0`,
   which traps: the handler asks the processor and leaves those abilities out. Reads of
   /proc/cpuinfo get the file named by MASKED_CPUINFO. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define BIT(place) (1u << (place))

static void answer(int number, siginfo_t *information, void *context) {
    greg_t *at = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned char *code = (unsigned char *)at[REG_RIP];
    if (code[0] != 0x0f || code[1] != 0xff) {
        signal(SIGILL, SIG_DFL);
        return;
    }
    unsigned leaf = at[REG_RAX], part = at[REG_RCX], a, b, c, d;
    __cpuid_count(leaf, part, a, b, c, d);
    if (leaf == 7 && part == 0) { /* AVX-512 in all its parts, VNNI, AMX */
        b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31));
        c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));
        d &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));
    } else if (leaf == 7 || leaf == 0x1d || leaf == 0x1e || leaf == 0x24) {
        a = b = c = d = 0; /* AVX-VNNI, bfloat16, AVX10, tiles */
    }
    at[REG_RAX] = a, at[REG_RBX] = b, at[REG_RCX] = c, at[REG_RDX] = d;
    at[REG_RIP] += 2;
}

__attribute__((constructor)) static void begin(void) {
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGILL, &action, NULL);
}

static const char *masked(const char *path) {
    const char *file = getenv("MASKED_CPUINFO");
    return file && path && !strcmp(path, "/proc/cpuinfo") ? file : path;
}

#define OPEN(NAME)                                                   \
    int NAME(const char *path, int flags, ...) {                     \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME); \
        va_list rest;                                                \
        va_start(rest, flags);                                       \
        int mode = va_arg(rest, int);                                \
        va_end(rest);                                                \
        return real(masked(path), flags, mode);                      \
    }
OPEN(open)
OPEN(open64)

#define FOPEN(NAME)                                                       \
    FILE *NAME(const char *path, const char *mode) {                      \
        FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, #NAME); \
        return real(masked(path), mode);                                  \
    }
FOPEN(fopen)
FOPEN(fopen64)
