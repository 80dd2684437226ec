// Counts the allocations of this process.
#pragma once

/// The number of calls of malloc, calloc, realloc, aligned_alloc and posix_memalign so far, in all threads.
long allocation_count(void);
