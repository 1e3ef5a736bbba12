/* The network doctor for one way out; app.h has the one for a configuration
 * alone, checkup.h that for the companies of a core. */
#ifndef PAIRDESK_APP_DOCTOR_H
#define PAIRDESK_APP_DOCTOR_H

#include "core/app/app.h"
#include "core/app/net.h"

/* net outlives the doctor; proxy is copied. done is called once, on a later
 * turn, unless doctor_close comes before. */
struct doctor *doctor_start(struct loop *loop, const struct net *net,
    const struct proxy *proxy, doctor_step_fn step, loop_fn done, void *ctx);

/* What it comes to, in one sentence: whether WhatsApp is reached, else who or
 * what fails. way: as it may be shown, "" straight. last: the last step, NULL
 * none. */
void doctor_verdict(const char *way, const struct doctor_step *last,
    enum lang lang, char *out, size_t size);

#endif
