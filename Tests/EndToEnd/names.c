/* For LD_PRELOAD: answers getaddrinfo from the file NAMES_FILE, which may change while the program runs. Each of its lines is
   a name and its addresses, or one of these words: "hang" blocks the call until the line changes, "again" and "unknown" make
   it fail as if no name server answered or as if the name did not exist. Other names are looked up by the system. Each call
   for a name in the file adds a line to the file NAMES_LOG. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* The file's entry for a name: the rest of its line, or NULL if the file does not contain the name. */
static char *find(const char *name, char *line, int size) {
    FILE *file = fopen(getenv("NAMES_FILE"), "re");
    if (!file) abort();
    char *found = NULL;
    while (!found && fgets(line, size, file)) {
        char *rest = line;
        if (strcmp(strsep(&rest, " "), name) == 0) found = rest;
    }
    fclose(file);
    if (found) found[strcspn(found, "\n")] = '\0';
    return found;
}

static void note(const char *name) {
    int file = open(getenv("NAMES_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || dprintf(file, "%s\n", name) < 0) abort();
    close(file);
}

int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict result) {
    lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    char line[4096];
    char *answer = name ? find(name, line, sizeof line) : NULL;
    if (!answer) return real(name, service, hints, result);
    note(name);
    while (answer && strcmp(answer, "hang") == 0) {
        usleep(10000);
        answer = find(name, line, sizeof line);
    }
    if (!answer || strcmp(answer, "unknown") == 0) return EAI_NONAME;
    if (strcmp(answer, "again") == 0) return EAI_AGAIN;
    struct addrinfo numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    struct addrinfo **end = result;
    for (char *address; (address = strsep(&answer, " "));) {
        if (real(address, service, &numeric, end) != 0) abort();
        while (*end) end = &(*end)->ai_next;
    }
    return 0;
}
