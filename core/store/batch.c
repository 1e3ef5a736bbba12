#include "core/store/batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/store/row.h"

static bool
table_is_valid(const char *table)
{
	const size_t n = strlen(table);

	return n >= 1 && n <= STORE_TABLE_MAX && table[0] >= 'a' &&
	    table[0] <= 'z' && strcmp(table, ROW_TABLE) != 0 &&
	    strspn(table, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool
store_name_is_valid(const char *table, const char *key)
{
	return table_is_valid(table) && key[0] != '\0' &&
	    strlen(key) <= STORE_KEY_MAX;
}

struct store_batch *
store_batch_create(void)
{
	return xcalloc(1, sizeof(struct store_batch));
}

void
store_batch_destroy(struct store_batch *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->count; i++)
		buf_finish(&b->changes[i].value);
	free(b->changes);
	secret_wipe(&b->row, sizeof b->row);
	free(b);
}

/* NULL, with the error remembered until the commit, when the name is bad. */
static struct change *
add(struct store_batch *b, enum change_kind kind, const char *table,
    const char *key)
{
	struct change *c;

	if (b->err != ERR_OK)
		return NULL;
	if (!store_name_is_valid(table, key)) {
		b->err = ERR_INVALID;
		return NULL;
	}
	if (b->count == b->cap) {
		b->cap = b->cap == 0 ? 4 : b->cap * 2;
		b->changes = xreallocarray(b->changes, b->cap,
		    sizeof b->changes[0]);
	}
	c = &b->changes[b->count++];
	*c = (struct change){ .kind = kind };
	str_copy(c->table, sizeof c->table, table);
	str_copy(c->key, sizeof c->key, key);
	buf_init_secret(&c->value, STORE_VALUE_MAX);
	return c;
}

void
store_batch_put(struct store_batch *b, const char *table, const char *key,
    const void *p, size_t n)
{
	struct change *c = add(b, CHANGE_PUT, table, key);

	if (c != NULL)
		b->err = buf_append(&c->value, p, n);
}

void
store_batch_delete(struct store_batch *b, const char *table, const char *key)
{
	add(b, CHANGE_DELETE, table, key);
}

void
store_batch_delete_all(struct store_batch *b, const char *table)
{
	add(b, CHANGE_DELETE_ALL, table, "*");
}

void
store_batch_move_all(struct store_batch *b, const char *from, const char *to)
{
	if (b->err == ERR_OK && (!table_is_valid(to) ||
	    strcmp(from, to) == 0))
		b->err = ERR_INVALID;
	add(b, CHANGE_MOVE_ALL, from, to);
}

void
store_batch_index(struct store_batch *b, const struct company_row *row)
{
	struct buf trial;

	if (b->err != ERR_OK)
		return;
	buf_init_secret(&trial, ROW_MAX);
	b->err = row_encode(row, &trial);
	buf_finish(&trial);
	b->row = *row;
	b->has_row = true;
}
