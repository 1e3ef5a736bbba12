/*
 * The network doctor: one throwaway connection that goes as far as a proven
 * noise certificate and says how long each stage took. It never logs in and
 * never registers, so it costs no link attempt.
 */
#include "core/app/app.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/net.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/channel.h"
#include "core/wire/crypt.h"

struct doctor {
	struct net net;
	struct loop *loop;
	struct channel *channel;
	enum stage at;
	bool has_ended;
	int64_t since_ms;
	doctor_step_fn step;
	loop_fn done;
	void *ctx;
};

static void
end_step(struct doctor *d, bool ok, const char *detail)
{
	const int64_t now = clock_mono_ms(clock_system());

	d->step(d->ctx, &(struct doctor_step){
	    .stage = d->at,
	    .ok = ok,
	    .took_ms = now - d->since_ms,
	    .detail = detail,
	});
	d->since_ms = now;
}

static void
on_stage(void *ctx, enum stage stage)
{
	struct doctor *d = ctx;

	/* a plain ws has no TLS stage; steps between are passed */
	if (stage > d->at && stage <= STAGE_NOISE) {
		end_step(d, true, "");
		d->at = stage;
	}
}

static void
on_ready(void *ctx)
{
	struct doctor *d = ctx;

	d->has_ended = true;
	end_step(d, true, "");
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
	end_step(d, false, text);
	d->done(d->ctx);
}

static const struct channel_events events = {
	.on_stage = on_stage,
	.on_ready = on_ready,
	.on_node = on_node,
	.on_lost = on_lost,
};

enum err
doctor_run(struct loop *loop, const struct config *config,
    doctor_step_fn step, loop_fn done, void *ctx, struct doctor **out,
    struct app_problem *problem)
{
	struct doctor *d = xcalloc(1, sizeof *d);
	struct keypair key;
	struct proxy proxy;
	enum err err;

	if ((err = net_init(&d->net, config, problem->text,
	    sizeof problem->text)) != ERR_OK) {
		free(d);
		return err;
	}
	d->loop = loop;
	d->at = STAGE_LOOKUP;
	d->since_ms = clock_mono_ms(clock_system());
	d->step = step;
	d->done = done;
	d->ctx = ctx;
	if (proxy_parse(d->net.proxy == NULL ? "" : d->net.proxy, &proxy) !=
	    PROXY_OK)
		abort();        /* the configuration has checked it */
	curve_keypair(rnd_system(), &key);
	d->channel = channel_open(&(struct channel_params){
	    .loop = loop,
	    .clock = clock_system(),
	    .rnd = rnd_system(),
	    .url = &d->net.url,
	    .proxy = &proxy,
	    .tls = d->net.tls,
	    .trust = &d->net.trust,
	    .noise_key = &key,
	    .payload = "",
	    .probe = true,
	    .events = &events,
	    .ctx = d,
	});
	keypair_finish(&key);
	proxy_finish(&proxy);
	*out = d;
	return ERR_OK;
}

static void
free_doctor(void *ctx)
{
	struct doctor *d = ctx;

	net_finish(&d->net);
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
