#include "tests/sim/account.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

void
accounts_init(struct accounts *a, const struct rnd *rnd)
{
	memset(a, 0, sizeof *a);
	list_init(&a->phones);
	a->rnd = rnd;
	a->next_auto = 79000000001;
}

static void
phone_destroy(struct accounts *a, struct phone *p)
{
	LIST_EACH_SAFE(at, &p->devices)
		device_destroy(a, CONTAINER_OF(at, struct device, link));
	list_remove(&p->link);
	map_remove(&a->by_number, p->number, strlen(p->number));
	keypair_finish(&p->identity);
	free(p);
	a->phone_count--;
}

void
accounts_finish(struct accounts *a)
{
	LIST_EACH_SAFE(at, &a->phones)
		phone_destroy(a, CONTAINER_OF(at, struct phone, link));
	map_finish(&a->by_number);
	map_finish(&a->by_noise);
}

struct phone *
accounts_find(const struct accounts *a, const char *number)
{
	return map_get(&a->by_number, number, strlen(number));
}

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return s[n] == '\0' && n >= 7 && n <= 20 && s[0] != '0';
}

struct phone *
accounts_phone(struct accounts *a, const char *number)
{
	struct phone *p = accounts_find(a, number);

	if (p != NULL || !is_number(number))
		return p;
	p = xcalloc(1, sizeof *p);
	list_init(&p->devices);
	str_copy(p->number, sizeof p->number, number);
	str_format(p->lid, sizeof p->lid, "2%014" PRIu32,
	    rnd_below(a->rnd, UINT32_MAX));
	str_copy(p->platform, sizeof p->platform, "android");
	curve_keypair(a->rnd, &p->identity);
	p->raw_id = rnd_below(a->rnd, INT32_MAX);
	p->next_device = 1;
	p->next_key_index = 1;
	list_append(&a->phones, &p->link);
	map_put(&a->by_number, p->number, strlen(p->number), p);
	a->phone_count++;
	return p;
}

struct phone *
accounts_new_phone(struct accounts *a)
{
	char number[PHONE_NUMBER_MAX + 1];

	do
		str_format(number, sizeof number, "%" PRIu64, a->next_auto++);
	while (accounts_find(a, number) != NULL);
	return accounts_phone(a, number);
}

struct device *
accounts_by_noise(const struct accounts *a, const uint8_t noise_pub[KEY_LEN])
{
	return map_get(&a->by_noise, noise_pub, KEY_LEN);
}

struct device *
phone_device(const struct phone *p, uint16_t number)
{
	struct device *newest = NULL;

	LIST_EACH(at, &p->devices) {
		struct device *d = CONTAINER_OF(at, struct device, link);

		if (d->number == number)
			return d;
		if (!d->removed || newest == NULL)
			newest = d;
	}
	return number == 0 ? newest : NULL;
}

struct device *
phone_restore_device(struct accounts *a, struct phone *p,
    const uint8_t noise_pub[KEY_LEN], uint16_t number)
{
	struct device *d = xcalloc(1, sizeof *d);

	d->phone = p;
	d->number = number;
	memcpy(d->noise_pub, noise_pub, KEY_LEN);
	if (p->next_device <= number)
		p->next_device = (uint16_t)(number + 1);
	list_append(&p->devices, &d->link);
	map_put(&a->by_noise, d->noise_pub, KEY_LEN, d);
	a->device_count++;
	return d;
}

struct device *
phone_add_device(struct accounts *a, struct phone *p,
    const uint8_t noise_pub[KEY_LEN], const uint8_t identity_pub[KEY_LEN])
{
	struct device *d = phone_restore_device(a, p, noise_pub,
	    p->next_device);

	memcpy(d->identity_pub, identity_pub, KEY_LEN);
	d->key_index = p->next_key_index++;
	return d;
}

void
device_destroy(struct accounts *a, struct device *d)
{
	if (accounts_by_noise(a, d->noise_pub) == d)
		map_remove(&a->by_noise, d->noise_pub, KEY_LEN);
	list_remove(&d->link);
	idset_finish(&d->prekey_ids);
	free(d);
	a->device_count--;
}

void
device_jid(const struct device *d, char *out, size_t size)
{
	str_format(out, size, "%s:%u@s.whatsapp.net", d->phone->number,
	    (unsigned)d->number);
}

void
device_lid(const struct device *d, char *out, size_t size)
{
	str_format(out, size, "%s:%u@lid", d->phone->lid, (unsigned)d->number);
}
