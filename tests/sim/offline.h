/* The queue of an absence, given out in batches (protocol notes 13.8). */
#ifndef PAIRDESK_SIM_OFFLINE_H
#define PAIRDESK_SIM_OFFLINE_H

struct conn;

/* After success: <ib><offline_preview/></ib> if anything waits. */
void offline_preview(struct conn *c);
/* After active: the first batch, or <offline count=0/>. */
void offline_start(struct conn *c);
/* A stanza of the batch was acked. */
void offline_acked(struct conn *c);
/* What was not acked waits for the next login. */
void offline_put_back(struct conn *c);

#endif
