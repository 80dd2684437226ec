// How often this process has asked for memory.
#pragma once

/// The calls of malloc and its like so far, in all threads.
long allocation_count(void);
