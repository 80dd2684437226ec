/* For LD_PRELOAD: while the file HANG_WHILE exists, stat(2) and open(2) of paths that begin with HANG_BELOW do not return. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for(const char *path) {
    const char *below = getenv("HANG_BELOW"), *switch_file = getenv("HANG_WHILE");
    if (!path || !below || !switch_file || strncmp(path, below, strlen(below)) != 0) return;
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    while (syscall(SYS_faccessat, AT_FDCWD, switch_file, F_OK) == 0) nanosleep(&pause, NULL);
}

int stat(const char *restrict path, struct stat *restrict status) {
    wait_for(path);
    return fstatat(AT_FDCWD, path, status, 0);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
    va_end(arguments);
    wait_for(path);
    return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
    va_end(arguments);
    wait_for(path);
    return openat(AT_FDCWD, path, flags, mode);
}
