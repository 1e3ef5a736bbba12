/* What this process takes, as the kernel counts it. */
#ifndef PAIRDESK_APP_PROCESS_H
#define PAIRDESK_APP_PROCESS_H

#include <stdint.h>

int64_t process_memory_bytes(void);             /* resident; 0 unknown */
int64_t process_descriptors(void);              /* open; 0 unknown */

#endif
