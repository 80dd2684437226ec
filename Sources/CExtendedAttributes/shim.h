/* xattr(7), which Swift's own Glibc module leaves out: Linux keeps a file's access control list in an extended attribute. */
#include <sys/xattr.h>
