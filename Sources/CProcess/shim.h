/* prctl(2), which Swift cannot call: it takes a variable number of arguments. */
#include <sys/prctl.h>

/* The kernel truncates the name to 15 bytes. */
static inline int name_this_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
