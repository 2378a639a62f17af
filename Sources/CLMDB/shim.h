#ifndef CLMDB_SHIM_H
#define CLMDB_SHIM_H
#include <lmdb.h>
#include <pthread.h>
// statfs(2), which Swift's Glibc module leaves out.
#include <sys/vfs.h>

// pthread_setname_np(3), which <pthread.h> declares for _GNU_SOURCE alone.
int clmdb_set_thread_name(pthread_t thread, const char *name) __asm__("pthread_setname_np");
#endif
