/*
 * Text forms (protocol notes 5): user, then ".agent" and ":device" where
 * they are not 0, then "@server". The agent is a relic of the domain byte on
 * the wire; a user part may contain other dots, so only a short decimal
 * behind the last one is taken for it.
 */
#include "core/wire/jid.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define AGENT_MAX 255
#define DEVICE_MAX 65535

static bool
is_known_server(const char *text)
{
	static const char *const known[] = {
		JID_SERVER_PN, JID_SERVER_LID, "g.us", "broadcast",
		"newsletter", "call", "c.us", "hosted", "hosted.lid",
		"msgr", "interop", "bot"
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(text, known[i]) == 0)
			return true;
	}
	return false;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

/* Cuts ":device" off the end of user; false when it is no device number. */
static bool
cut_device(char *user, uint16_t *out)
{
	char *colon = strchr(user, ':');
	uint64_t device;

	if (colon == NULL)
		return true;
	if (colon == user || !str_to_u64(colon + 1, DEVICE_MAX, &device))
		return false;
	*colon = '\0';
	*out = (uint16_t)device;
	return true;
}

static void
cut_agent(char *user, uint8_t *out)
{
	char *dot = strrchr(user, '.');
	uint64_t agent;

	if (dot == NULL || dot == user || dot[1] == '0' ||
	    !str_to_u64(dot + 1, AGENT_MAX, &agent))
		return;
	*dot = '\0';
	*out = (uint8_t)agent;
}

bool
jid_parse(const char *text, struct jid *out)
{
	const char *at = strchr(text, '@');
	const char *server = at == NULL ? text : at + 1;
	const size_t user_len = at == NULL ? 0 : (size_t)(at - text);
	struct jid jid = { .device = 0 };
	char user[sizeof jid.user + sizeof ".255:65535"];

	if ((at == NULL && !is_known_server(text)) || *server == '\0' ||
	    strchr(server, '@') != NULL || user_len >= sizeof user ||
	    !str_copy(jid.server, sizeof jid.server, server) ||
	    has_control(text))
		return false;
	memcpy(user, text, user_len);
	user[user_len] = '\0';
	if (!cut_device(user, &jid.device))
		return false;
	cut_agent(user, &jid.agent);
	if (!str_copy(jid.user, sizeof jid.user, user))
		return false;
	*out = jid;
	return true;
}

void
jid_format(const struct jid *jid, char *out, size_t size)
{
	char agent[sizeof ".255"] = "", device[sizeof ":65535"] = "";

	if (jid->agent != 0)
		str_format(agent, sizeof agent, ".%u", jid->agent);
	if (jid->device != 0)
		str_format(device, sizeof device, ":%u", jid->device);
	str_format(out, size, "%s%s%s@%s", jid->user, agent, device,
	    jid->server);
}

bool
jid_is_server(const char *text)
{
	return text != NULL && (strcmp(text, JID_S) == 0 ||
	    strcmp(text, JID_SERVER_PN) == 0);
}
