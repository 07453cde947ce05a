// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ptp/profile.h"
#include "ptp/profile_table.h"

const struct ptp_profile *ptp_profile_find(const char *name)
{
	for (unsigned int i = 0; i < ptp_profiles_n; i++)
		if (!strcmp(ptp_profiles[i].name, name))
			return &ptp_profiles[i];
	return NULL;
}

const struct ptp_profile *ptp_profile_at(unsigned int i)
{
	return i < ptp_profiles_n ? &ptp_profiles[i] : NULL;
}

const char *ptp_profile_required(const struct ptp_profile *p)
{
	if (p->require & PTP_SEND_FOLLOW_UP_INFORMATION)
		return "Follow_Up without the Follow_Up information TLV of IEEE 802.1AS";
	if (p->require & PTP_SEND_C37_238_2017)
		return "Announce without the TLV of IEEE C37.238";
	return NULL;
}

/* Numbers: where each is in a profile and in the settings */
struct number {
	const char *key;
	size_t range, value;
	const char *unit;
	unsigned int delay;	/* it matters with this mechanism only; 0: always */
};

#define NUMBER(key_, member_, unit_, delay_)                                         \
	{ .key = key_, .range = offsetof(struct ptp_profile, member_),               \
	  .value = offsetof(struct ptp_settings, member_), .unit = unit_, .delay = delay_ }

static const struct number numbers[] = {
	NUMBER("domain", domain, "", 0),
	NUMBER("priority1", priority1, "", 0),
	NUMBER("priority2", priority2, "", 0),
	NUMBER("local_priority", local_priority, "", 0),
	NUMBER("announce_interval", log_announce, " (log2 of s)", 0),
	NUMBER("sync_interval", log_sync, " (log2 of s)", 0),
	NUMBER("delay_req_interval", log_min_delay_req, " (log2 of s)", PTP_E2E),
	NUMBER("pdelay_req_interval", log_min_pdelay_req, " (log2 of s)", PTP_P2P),
	NUMBER("announce_timeout", announce_timeout, " announce intervals", 0),
	NUMBER("sync_timeout", sync_timeout, " sync intervals", 0),
	NUMBER("grant_duration", grant_s, " s", 0),
};

struct word {
	const char *text;
	int value;
};

static const struct word transports[] = {
	{ "ethernet", PTP_OVER_ETHERNET }, { "ipv4", PTP_OVER_UDP4 }, { "ipv6", PTP_OVER_UDP6 },
	{ NULL, 0 },
};
static const struct word deliveries[] = {
	{ "multicast", PTP_MULTICAST }, { "unicast", PTP_UNICAST }, { "hybrid", PTP_HYBRID },
	{ NULL, 0 },
};
static const struct word delays[] = {
	{ "e2e", PTP_E2E }, { "p2p", PTP_P2P }, { NULL, 0 },
};
static const struct word macs[] = {
	{ "forwardable", PTP_MAC_FORWARDABLE }, { "local", PTP_MAC_LOCAL }, { NULL, 0 },
};

struct word_key {
	const char *key;
	const struct word *words;
	size_t choice, value;
};

#define WORD(key_, member_, words_)                                                  \
	{ .key = key_, .words = words_, .choice = offsetof(struct ptp_profile, member_), \
	  .value = offsetof(struct ptp_settings, member_) }

static const struct word_key word_keys[] = {
	WORD("transport", transport, transports),
	WORD("delivery", delivery, deliveries),
	WORD("delay_mechanism", delay, delays),
	WORD("destination", mac, macs),
};

static int parse(const struct word *w, const char *text)
{
	for (; w->text; w++)
		if (!strcmp(w->text, text))
			return w->value;
	return -1;
}

int ptp_transport_parse(const char *text)
{
	return parse(transports, text);
}

int ptp_delivery_parse(const char *text)
{
	return parse(deliveries, text);
}

int ptp_delay_parse(const char *text)
{
	return parse(delays, text);
}

int ptp_mac_parse(const char *text)
{
	return parse(macs, text);
}

static const char *name_of(const struct word *w, int value)
{
	for (; w->text; w++)
		if (w->value == value)
			return w->text;
	return "unknown";
}

const char *ptp_transport_name(int transport)
{
	return name_of(transports, transport);
}

const char *ptp_delivery_name(int delivery)
{
	return name_of(deliveries, delivery);
}

const char *ptp_delay_name(int delay)
{
	return name_of(delays, delay);
}

static const struct ptp_range *range_of(const struct ptp_profile *p, const struct number *n)
{
	return (const struct ptp_range *)((const char *)p + n->range);
}

static const struct ptp_choice *choice_of(const struct ptp_profile *p, const struct word_key *k)
{
	return (const struct ptp_choice *)((const char *)p + k->choice);
}

static int get(const struct ptp_settings *s, size_t offset)
{
	return *(const int *)((const char *)s + offset);
}

static void set(struct ptp_settings *s, size_t offset, int value)
{
	*(int *)((char *)s + offset) = value;
}

void ptp_profile_defaults(const struct ptp_profile *p, struct ptp_settings *s)
{
	memset(s, 0, sizeof(*s));	/* padding too: settings are compared as a whole */
	s->two_step = true;
	s->receiver_only = p->receiver_only;
	s->dscp_event = p->dscp_event;
	s->dscp_general = p->dscp_general;
	s->send_priority = p->vlan_priority;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		set(s, numbers[i].value, range_of(p, &numbers[i])->def);
	for (size_t i = 0; i < ARRAY_SIZE(word_keys); i++)
		set(s, word_keys[i].value, choice_of(p, &word_keys[i])->def);
}

static int check_number(const struct ptp_profile *p, const struct number *n, int v, char *why,
			size_t room)
{
	const struct ptp_range *r = range_of(p, n);

	if (v >= r->min && v <= r->max)
		return 0;
	if (r->min == r->max)
		snprintf(why, room, "%s = %d: profile %s allows only %d%s", n->key, v, p->name,
			 r->min, n->unit);
	else
		snprintf(why, room, "%s = %d: profile %s allows %d to %d%s", n->key, v, p->name,
			 r->min, r->max, n->unit);
	return -EINVAL;
}

/* "ethernet or ipv4" */
static void list_words(const struct word *w, unsigned int allowed, char *text, size_t room)
{
	size_t len = 0;

	text[0] = 0;
	for (; w->text; w++) {
		if (!(allowed & (unsigned int)w->value) || len >= room)
			continue;
		len += (size_t)snprintf(text + len, room - len, "%s%s", len ? " or " : "",
					w->text);
	}
}

static int check_word(const struct ptp_profile *p, const struct word_key *k, int v, char *why,
		      size_t room)
{
	const struct ptp_choice *c = choice_of(p, k);
	const char *is = "unknown";
	char right[64];

	for (const struct word *w = k->words; w->text; w++) {
		if (w->value != v)
			continue;
		if (c->allowed & (unsigned int)v)
			return 0;
		is = w->text;
	}
	list_words(k->words, c->allowed, right, sizeof(right));
	snprintf(why, room, "%s = %s: profile %s allows only %s", k->key, is, p->name, right);
	return -EINVAL;
}

/* What one setting tells about another */
static int check_together(const struct ptp_profile *p, const struct ptp_settings *s, char *why,
			  size_t room)
{
	int most = s->log_sync + p->delay_req_above_sync;

	if (!s->two_step && !p->one_step) {
		snprintf(why, room, "two_step = false: profile %s allows only true", p->name);
		return -EINVAL;
	}
	if (s->receiver_only && s->transmitter_only) {
		snprintf(why, room,
			 "time_transmitter_only = true: not together with time_receiver_only = true");
		return -EINVAL;
	}
	if (p->delay_req_above_sync && s->delay == PTP_E2E &&
	    (s->log_min_delay_req < s->log_sync || s->log_min_delay_req > most)) {
		snprintf(why, room,
			 "delay_req_interval = %d: profile %s allows %d to %d (log2 of s) with sync_interval = %d",
			 s->log_min_delay_req, p->name, s->log_sync, most, s->log_sync);
		return -EINVAL;
	}
	return 0;
}

int ptp_profile_check(const struct ptp_profile *p, const struct ptp_settings *s, char *why,
		      size_t room)
{
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(word_keys); i++) {
		rc = check_word(p, &word_keys[i], get(s, word_keys[i].value), why, room);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct number *n = &numbers[i];

		if (n->delay && !(n->delay & (unsigned int)s->delay))
			continue;
		rc = check_number(p, n, get(s, n->value), why, room);
		if (rc)
			return rc;
	}
	return check_together(p, s, why, room);
}

static s8 granted(int log)
{
	if (log < PTP_GRANT_LOG_MIN)
		log = PTP_GRANT_LOG_MIN;
	return (s8)(log > PTP_GRANT_LOG_MAX ? PTP_GRANT_LOG_MAX : log);
}

void ptp_profile_grant_limits(const struct ptp_profile *p, struct ptp_grant_limits *l)
{
	const struct ptp_range *range[PTP_GRANT_KINDS] = {
		[PTP_GRANT_ANNOUNCE] = &p->log_announce,
		[PTP_GRANT_SYNC] = &p->log_sync,
		[PTP_GRANT_DELAY] = &p->log_min_delay_req,
	};

	for (unsigned int i = 0; i < PTP_GRANT_KINDS; i++) {
		l->log_min[i] = granted(range[i]->min);
		l->log_max[i] = granted(range[i]->max);
	}
	l->duration_min_s = (u32)p->grant_s.min;
	l->duration_max_s = (u32)p->grant_s.max;
}
