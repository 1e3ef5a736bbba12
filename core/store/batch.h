/* A batch as the store's own files see it; store.h has the rest. */
#ifndef PAIRDESK_STORE_BATCH_H
#define PAIRDESK_STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/store/store.h"

#define STORE_TABLE_MAX 32      /* [a-z][a-z0-9_]{0,31} */

/* The company's row lives in a table that batches may not name. */
#define ROW_TABLE "company"
#define ROW_KEY "row"

enum change_kind {
	CHANGE_PUT,
	CHANGE_DELETE,
	CHANGE_DELETE_ALL,
	CHANGE_MOVE_ALL                 /* key names the table to move to */
};

struct change {
	enum change_kind kind;
	char table[STORE_TABLE_MAX + 1];
	char key[STORE_KEY_MAX + 1];
	struct buf value;               /* secret */
};

struct store_batch {
	struct change *changes;
	size_t count, cap;
	bool has_row;
	struct company_row row;
	enum err err;                   /* of the first bad change */
};

bool store_name_is_valid(const char *table, const char *key);

#endif
