/*
 * Allocation of our own small structs. Out of memory ends the process: there
 * is nothing useful left to do. Never for sizes that a peer or client
 * chooses; those go through a capped struct buf.
 */
#ifndef PAIRDESK_BASE_MEM_H
#define PAIRDESK_BASE_MEM_H

#include <stddef.h>

/* All three never return NULL; release with free(). */
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
