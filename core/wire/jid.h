/*
 * WhatsApp addresses: user[.agent][:device]@server (protocol notes 5).
 * Pure text; no allocation.
 */
#ifndef PAIRDESK_WIRE_JID_H
#define PAIRDESK_WIRE_JID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JID_USER_MAX 127        /* bytes; real ones are under 40 */
#define JID_SERVER_MAX 31
#define JID_TEXT_MAX (JID_USER_MAX + JID_SERVER_MAX + 16)

#define JID_SERVER_PN "s.whatsapp.net"
#define JID_SERVER_LID "lid"
/* companions that a business platform runs on WhatsApp's own machines */
#define JID_SERVER_HOSTED "hosted"
#define JID_SERVER_HOSTED_LID "hosted.lid"

/* The text form of WhatsApp's own address ("S" in the notes). */
#define JID_S "@s.whatsapp.net"

struct jid {
	char user[JID_USER_MAX + 1];    /* empty for the server itself */
	char server[JID_SERVER_MAX + 1];
	uint16_t device;                /* 0 for the primary */
	uint8_t agent;                  /* 0 unless written */
};

/*
 * False when text is no address (no '@', no server, over the sizes, device
 * over 65535, control characters); *out is then untouched. A bare known
 * server ("s.whatsapp.net") parses as that server with an empty user.
 */
bool jid_parse(const char *text, struct jid *out);

/* Writes the text form; device 0 and agent 0 are left out. size >= JID_TEXT_MAX + 1 */
void jid_format(const struct jid *jid, char *out, size_t size);

/* "S": empty user at s.whatsapp.net, in either spelling. NULL is false. */
bool jid_is_server(const char *text);

#endif
