/* For LD_PRELOAD: makes the directory DISK_DIRECTORY behave as on a mount that does not answer, or on a full disk. The 64-bit
   integer in the file DISK_STATE selects the behaviour and may change while the program runs. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WELL, SILENT, FULL };

static const char *directory;
static volatile const int64_t *state;

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("DISK_STATE");
    directory = getenv("DISK_DIRECTORY");
    if (!path || !directory) abort();
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = real_open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *state, PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    state = mapped;
    close(file);
}

/* Waits until the disk answers. Returns whether it has free space. */
static int answers(void) {
    while (*state == SILENT) usleep(5000);
    return *state != FULL;
}

static int is_path(const char *path) { return directory && strncmp(path, directory, strlen(directory)) == 0; }

static int is_descriptor(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_path(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                              \
    int name(const char *path, int flags, ...) {                \
        va_list arguments;                                      \
        va_start(arguments, flags);                             \
        int mode = flags & O_CREAT ? va_arg(arguments, int) : 0; \
        va_end(arguments);                                      \
        if (is_path(path)) answers();                           \
        return REAL(name)(path, flags, mode);                   \
    }
OPEN(open)
OPEN(open64)

#define WRITE(name)                                                                  \
    ssize_t name(int descriptor, const void *bytes, size_t count, off_t offset) {    \
        if (is_descriptor(descriptor) && !answers()) return errno = ENOSPC, -1;      \
        return REAL(name)(descriptor, bytes, count, offset);                         \
    }
WRITE(pwrite)
WRITE(pwrite64)

#define READ(name)                                                            \
    ssize_t name(int descriptor, void *bytes, size_t count, off_t offset) {   \
        if (is_descriptor(descriptor)) answers();                             \
        return REAL(name)(descriptor, bytes, count, offset);                  \
    }
READ(pread)
READ(pread64)

DIR *opendir(const char *path) {
    if (is_path(path)) answers();
    return REAL(opendir)(path);
}

int lstat(const char *restrict path, struct stat *restrict status) {
    if (is_path(path)) answers();
    return REAL(lstat)(path, status);
}

int rename(const char *from, const char *to) {
    if (is_path(from)) answers();
    return REAL(rename)(from, to);
}

int unlink(const char *path) {
    if (is_path(path)) answers();
    return REAL(unlink)(path);
}

int fsync(int descriptor) {
    if (is_descriptor(descriptor)) answers();
    return REAL(fsync)(descriptor);
}

int flock(int descriptor, int operation) {
    if (is_descriptor(descriptor)) answers();
    return REAL(flock)(descriptor, operation);
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
    if (is_descriptor(descriptor) && !answers()) return ENOSPC;
    return REAL(posix_fallocate)(descriptor, offset, length);
}
