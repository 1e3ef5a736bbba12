/* What cppcheck, which reads no system headers, has to know of them. */
#define __SIZEOF_INT128__ 16
#define PROTOBUF_C_VERSION_NUMBER 1004001
#define cJSON_ArrayForEach(at, list) \
	for (at = (list)->child; at != NULL; at = at->next)
