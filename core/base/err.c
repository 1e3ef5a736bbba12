#include "core/base/err.h"

static const struct {
	const char *name;
	enum err_class class;
	const char *text;
} errors[] = {
#define ERR_ROW(name, class, text) [ERR_##name] = { #name, class, text },
	ERR_LIST(ERR_ROW)
#undef ERR_ROW
};

_Static_assert(sizeof errors / sizeof errors[0] == ERR_COUNT,
    "every error has a row");

static int
row_of(enum err err)
{
	return (unsigned)err < ERR_COUNT ? (int)err : (int)ERR_INTERNAL;
}

const char *
err_text(enum err err)
{
	return errors[row_of(err)].text;
}

const char *
err_name(enum err err)
{
	return errors[row_of(err)].name;
}

enum err_class
err_class(enum err err)
{
	return errors[row_of(err)].class;
}
