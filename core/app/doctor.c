/*
 * The network doctor: one throwaway connection that goes as far as a proven
 * noise certificate and says how long each stage took. It never logs in and
 * never registers, so it costs no link attempt.
 */
#include "core/app/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/way.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/channel.h"
#include "core/wire/crypt.h"

struct doctor {
	struct net *own;                /* NULL: the caller's is used */
	struct loop *loop;
	struct channel *channel;
	enum stage at;
	bool has_begun, has_ended;
	int64_t since_ms;
	doctor_step_fn step;
	loop_fn done;
	void *ctx;
};

static void
end_step(struct doctor *d, enum err err, const char *detail)
{
	const int64_t now = clock_mono_ms(clock_system());

	d->step(d->ctx, &(struct doctor_step){
	    .stage = d->at,
	    .ok = err == ERR_OK,
	    .err = err,
	    .took_ms = now - d->since_ms,
	    .detail = detail,
	});
	d->since_ms = now;
}

static void
on_stage(void *ctx, enum stage stage)
{
	struct doctor *d = ctx;

	/* by a proxy it begins elsewhere */
	if (!d->has_begun) {
		d->has_begun = true;
		d->at = stage;
		return;
	}
	/* a plain ws has no TLS stage; steps between are passed */
	if (stage > d->at && stage <= STAGE_NOISE) {
		end_step(d, ERR_OK, "");
		d->at = stage;
	}
}

static void
on_ready(void *ctx)
{
	struct doctor *d = ctx;

	d->has_ended = true;
	end_step(d, ERR_OK, "");
	d->done(d->ctx);
}

static void
on_node(void *ctx, const struct node *node)
{
	(void)ctx;
	(void)node;
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	struct doctor *d = ctx;
	char text[256];

	/* WhatsApp may end first what was proven and says nothing more */
	if (d->has_ended)
		return;
	d->has_ended = true;
	/* the failure may come before its stage was announced */
	on_stage(d, stage <= STAGE_NOISE ? stage : STAGE_NOISE);
	if (http_status != 0)
		str_format(text, sizeof text, "%s (HTTP status %d): %s",
		    err_text(err), http_status, detail);
	else
		str_format(text, sizeof text, "%s: %s", err_text(err),
		    detail);
	end_step(d, err, text);
	d->done(d->ctx);
}

static const struct channel_events events = {
	.on_stage = on_stage,
	.on_ready = on_ready,
	.on_node = on_node,
	.on_lost = on_lost,
};

struct doctor *
doctor_start(struct loop *loop, const struct net *net,
    const struct proxy *proxy, doctor_step_fn step, loop_fn done, void *ctx)
{
	struct doctor *d = xcalloc(1, sizeof *d);
	struct keypair key;

	d->loop = loop;
	d->at = STAGE_LOOKUP;
	d->since_ms = clock_mono_ms(clock_system());
	d->step = step;
	d->done = done;
	d->ctx = ctx;
	curve_keypair(rnd_system(), &key);
	d->channel = channel_open(&(struct channel_params){
	    .loop = loop,
	    .clock = clock_system(),
	    .rnd = rnd_system(),
	    .url = &net->url,
	    .proxy = proxy,
	    .tls = net->tls,
	    .trust = &net->trust,
	    .noise_key = &key,
	    .payload = "",
	    .probe = true,
	    .events = &events,
	    .ctx = d,
	});
	keypair_finish(&key);
	return d;
}

enum err
doctor_run(struct loop *loop, const struct config *config,
    doctor_step_fn step, loop_fn done, void *ctx, struct doctor **out,
    struct app_problem *problem)
{
	struct net *net = xcalloc(1, sizeof *net);
	struct proxy proxy;
	enum err err;

	if ((err = net_init(net, config, problem->text,
	    sizeof problem->text)) != ERR_OK) {
		free(net);
		return err;
	}
	if (proxy_parse(net->proxy == NULL ? "" : net->proxy, &proxy) !=
	    PROXY_OK)
		abort();        /* the configuration has checked it */
	*out = doctor_start(loop, net, &proxy, step, done, ctx);
	(*out)->own = net;
	proxy_finish(&proxy);
	return ERR_OK;
}

static void
free_doctor(void *ctx)
{
	struct doctor *d = ctx;

	if (d->own != NULL)
		net_finish(d->own);
	free(d->own);
	free(d);
}

void
doctor_close(struct doctor *d)
{
	if (d == NULL)
		return;
	channel_close(d->channel);
	/* the connection's TLS may still use the configuration this turn */
	loop_defer(d->loop, free_doctor, d);
}

enum wa_reason
doctor_reason(enum stage stage)
{
	static const enum wa_reason reasons[] = {
		[STAGE_LOOKUP] = WA_REASON_NAME_LOOKUP,
		[STAGE_TCP] = WA_REASON_TCP,
		[STAGE_TLS] = WA_REASON_TLS,
		[STAGE_UPGRADE] = WA_REASON_UPGRADE,
		[STAGE_NOISE] = WA_REASON_NOISE,
	};

	return stage <= STAGE_NOISE ? reasons[stage] : WA_REASON_NOISE;
}

void
doctor_verdict(const char *way, const struct doctor_step *last,
    enum lang lang, char *out, size_t size)
{
	const bool ok = last != NULL && last->ok;
	const struct words_args args = {
	    .stage = last == NULL ? WA_REASON_NONE :
	    doctor_reason(last->stage),
	    .proxy_fault = last == NULL ? WAY_NO_PROXY :
	    way_of(last->stage, last->err),
	    .proxy = way };

	if (!ok && args.proxy_fault != WAY_NO_PROXY)
		words_reason_sentence(out, size, lang,
		    WA_STATUS_RECONNECTING, WA_REASON_NETWORK_BLOCKED, &args);
	else if (way[0] != '\0')
		words_format(out, size, lang, ok ? WORD_CLI_DOCTOR_WAY_OK :
		    WORD_CLI_DOCTOR_WAY_FAILED, &args);
	else
		words_format(out, size, lang, ok ? WORD_CLI_DOCTOR_OK :
		    WORD_CLI_DOCTOR_FAILED, &args);
}
