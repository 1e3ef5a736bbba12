/* Tag bytes of the binary form (protocol notes 5), for the node codec. */
#ifndef PAIRDESK_WIRE_WIRE_TAG_H
#define PAIRDESK_WIRE_WIRE_TAG_H

#define WIRE_PACKED_MAX 127u    /* bytes when read, characters when written */

/* 1 to 235 are single-byte tokens, 240 to 244 unassigned. */
enum wire_tag {
	WIRE_LIST_EMPTY = 0,
	WIRE_STREAM_END = 2,            /* the token "xmlstreamend" */
	WIRE_SINGLE_LAST = 235,
	WIRE_DICTIONARY_0 = 236,
	WIRE_DICTIONARY_3 = 239,
	WIRE_INTEROP_JID = 245,         /* user, u16 device, u16 integrator, server */
	WIRE_FB_JID = 246,              /* user, u16 device, server */
	WIRE_AD_JID = 247,              /* u8 domain, u8 device, user */
	WIRE_LIST_8 = 248,
	WIRE_LIST_16 = 249,
	WIRE_JID_PAIR = 250,            /* user or LIST_EMPTY, server */
	WIRE_HEX_8 = 251,
	WIRE_BINARY_8 = 252,
	WIRE_BINARY_20 = 253,           /* the top four bits of three bytes are unused */
	WIRE_BINARY_32 = 254,
	WIRE_NIBBLE_8 = 255
};

/* Domain byte of AD_JID */
enum wire_domain {
	WIRE_DOMAIN_PN = 0,
	WIRE_DOMAIN_LID = 1,
	WIRE_DOMAIN_HOSTED = 128,
	WIRE_DOMAIN_HOSTED_LID = 129
};

#endif
