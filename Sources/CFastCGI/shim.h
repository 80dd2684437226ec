/* libfcgi, as Swift sees it: fcgiapp.h alone. Its other face, fcgi_stdio.h, redefines stdio and is not for us. */
#include <fcgiapp.h>
