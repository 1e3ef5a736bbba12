#include "httpd/response.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "httpd/response_mhd.h"

#define STREAM_BLOCK 4096       /* bytes that MHD asks a stream for at once */

/* Over a response that is zeroed; returns it. */
static struct response *
init(struct response *r, unsigned status, const char *type,
    struct MHD_Response *mhd)
{
	if (mhd == NULL)
		abort();        /* as xcalloc: our own memory is out */
	r->mhd = mhd;
	r->status = status;
	r->refs = 1;
	if (type != NULL)
		response_field(r, "Content-Type", type);
	response_field(r, "X-Content-Type-Options", "nosniff");
	response_field(r, "Referrer-Policy", "no-referrer");
	response_field(r, "Cross-Origin-Opener-Policy", "same-origin");
	response_field(r, "Cross-Origin-Resource-Policy", "same-origin");
	return r;
}

static struct response *
create(unsigned status, const char *type, const void *p, size_t n,
    enum MHD_ResponseMemoryMode mode)
{
	/* it does not write there, in spite of the type */
	return init(xcalloc(1, sizeof(struct response)), status, type,
	    MHD_create_response_from_buffer(n, (void *)(uintptr_t)p, mode));
}

struct response *
response_create(unsigned status, const char *type, const void *p, size_t n)
{
	return create(status, type, p, n, MHD_RESPMEM_MUST_COPY);
}

struct response *
response_create_static(unsigned status, const char *type, const void *p,
    size_t n)
{
	return create(status, type, p, n, MHD_RESPMEM_PERSISTENT);
}

/* --- streams ------------------------------------------------------------------ */

static ssize_t
on_read(void *ctx, uint64_t at, char *to, size_t max)
{
	struct response *r = ctx;
	const ssize_t n = r->ops->read(r->ctx, to, max);

	(void)at;
	if (n > 0)
		return n;
	if (n < 0 || !server_sleep(r->link))
		return MHD_CONTENT_READER_END_OF_STREAM;
	return 0;
}

/* MHD lets go of it: the connection has ended. */
static void
on_free(void *ctx)
{
	struct response *r = ctx;

	r->ops->closed(r->ctx);
	free(r);
}

struct response *
response_create_stream(const char *type, const struct stream_ops *ops,
    void *ctx)
{
	struct response *r = xcalloc(1, sizeof *r);

	init(r, MHD_HTTP_OK, type, MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, r, on_free));
	r->ops = ops;
	r->ctx = ctx;
	return r;
}

/* --- life ---------------------------------------------------------------------- */

struct response *
response_ref(struct response *r)
{
	r->refs++;
	return r;
}

void
response_unref(struct response *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	/* MHD has a count of its own: it goes when it is sent */
	MHD_destroy_response(r->mhd);
	if (r->ops == NULL)
		free(r);
}

void
response_field(struct response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r->mhd, name, value) == MHD_NO)
		abort();        /* our own texts are well-formed */
}

unsigned
response_status(const struct response *r)
{
	return r->status;
}
