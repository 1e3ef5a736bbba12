#include "core/app/qr.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

struct qr {
	unsigned size;
	uint8_t *dark;          /* size * size of 0 or 1 */
};

static size_t
count(unsigned size)
{
	return (size_t)size * size;
}

/* libqrencode keeps other things in the higher bits of a module. */
static struct qr *
take(QRcode *code)
{
	struct qr *qr = xcalloc(1, sizeof *qr);

	qr->size = (unsigned)code->width;
	qr->dark = xcalloc(count(qr->size), 1);
	for (size_t i = 0; i < count(qr->size); i++)
		qr->dark[i] = code->data[i] & 1;
	secret_wipe(code->data, count(qr->size));
	return qr;
}

enum err
qr_create(const char *text, struct qr **out)
{
	const size_t n = strlen(text);
	QRcode *code;

	if (n == 0)
		return ERR_INVALID;
	if (n > QR_TEXT_MAX)
		return ERR_TOO_LARGE;
	code = QRcode_encodeData((int)n, (const unsigned char *)text, 0,
	    QR_ECLEVEL_L);
	if (code == NULL)
		return errno == ENOMEM ? ERR_NO_MEMORY : ERR_TOO_LARGE;
	*out = take(code);
	QRcode_free(code);
	return ERR_OK;
}

void
qr_destroy(struct qr *qr)
{
	if (qr == NULL)
		return;
	secret_wipe(qr->dark, count(qr->size));
	free(qr->dark);
	free(qr);
}

unsigned
qr_size(const struct qr *qr)
{
	return qr->size;
}

bool
qr_is_dark(const struct qr *qr, int x, int y)
{
	const int size = (int)qr->size;

	return x >= 0 && y >= 0 && x < size && y < size &&
	    qr->dark[y * size + x] != 0;
}
