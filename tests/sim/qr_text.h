/* The text of a QR as a phone reads it (protocol notes 7.3). */
#ifndef PAIRDESK_SIM_QR_TEXT_H
#define PAIRDESK_SIM_QR_TEXT_H

#include <stdint.h>

#include "core/base/secret.h"

struct qr_text {
	char ref[128];
	uint8_t noise_pub[KEY_LEN], identity_pub[KEY_LEN], adv_secret[KEY_LEN];
	char platform_id;
};

/* NULL, or the phone's error: not-a-qr, old-qr, bad-key. */
const char *qr_text_read(const char *text, struct qr_text *out);

#endif
