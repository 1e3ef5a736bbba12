/* A proxy's bytes, in whatever pieces they come: the same verdict, and no
 * more of them taken than there are. The first byte says whether there is a
 * password, and how long the pieces are. */
#include <stdlib.h>
#include <string.h>

#include "core/io/socks.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static enum err
talk(const struct proxy *proxy, const uint8_t *p, size_t n, size_t piece,
    size_t *at)
{
	struct socks s;
	struct buf out;
	size_t have = 0, used;
	enum err err;

	*at = 0;
	buf_init(&out, 2048);
	if (socks_start(&s, proxy, "web.whatsapp.com", 443, &out) != ERR_OK)
		abort();
	err = ERR_TRUNCATED;
	while (err == ERR_TRUNCATED && have < n) {
		have = n - have > piece ? have + piece : n;
		err = socks_feed(&s, p + *at, have - *at, &used, &out);
		if (used > have - *at)
			abort();
		*at += used;
	}
	if (err != ERR_OK && err != ERR_TRUNCATED && s.detail[0] == '\0')
		abort();
	if (memchr(s.detail, '\0', sizeof s.detail) == NULL)
		abort();
	buf_finish(&out);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct proxy proxy;
	size_t whole_at, cut_at;
	enum err whole, cut;

	if (n == 0)
		return 0;
	if (proxy_parse((p[0] & 1) != 0 ? "socks5://me:secret@h" :
	    "socks5://h", &proxy) != PROXY_OK)
		abort();
	whole = talk(&proxy, p + 1, n - 1, n, &whole_at);
	cut = talk(&proxy, p + 1, n - 1, 1 + (p[0] >> 1) % 8, &cut_at);
	if (whole != cut || (whole == ERR_OK && whole_at != cut_at))
		abort();
	return 0;
}
