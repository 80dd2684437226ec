/* libfcgi, as Swift sees it: fcgiapp.h alone. Its other face, fcgi_stdio.h, redefines stdio and is not for us. With it
 * come the parts of Linux that a FastCGI server needs and that Swift's own Glibc module leaves out. The compiler may take the
 * sockets' constants for this module's or for Glibc's, so files that use them import both. */
#include <fcgiapp.h>

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* glibc declares it only under _GNU_SOURCE, which a module's importer cannot define. */
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
