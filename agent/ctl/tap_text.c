// SPDX-License-Identifier: GPL-2.0-or-later
#include "tap_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/as_timesync.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PART_LEN = 96, IDENTITY_LEN = 32 };

static const u8 mapped_ipv4[12] = { [10] = 0xff, [11] = 0xff };

/* Seconds with nine digits behind the point. */
static void ns_text(char *out, size_t len, s64 ns, bool sign)
{
	u64 a = ns < 0 ? -(u64)ns : (u64)ns;

	snprintf(out, len, "%s%llu.%09u", ns < 0 ? "-" : sign ? "+" : "",
		 (unsigned long long)(a / NSEC_PER_SEC), (unsigned int)(a % NSEC_PER_SEC));
}

static void utc_text(char *out, size_t len, s64 utc)
{
	s64 ns = utc % NSEC_PER_SEC;
	time_t s = (time_t)(utc / NSEC_PER_SEC - (ns < 0));
	char date[32];
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, len, "%s.%09dZ", date, (int)(ns < 0 ? ns + NSEC_PER_SEC : ns));
}

static void mac_text(char *out, size_t len, const u8 *mac)
{
	snprintf(out, len, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
}

static void address_of(char *out, size_t len, const struct ats_tap_record *r, const u8 *address)
{
	if (r->transport == ATS_TAP_OVER_ETHERNET)
		mac_text(out, len, address);
	else if (!memcmp(address, mapped_ipv4, sizeof(mapped_ipv4)))
		inet_ntop(AF_INET, address + sizeof(mapped_ipv4), out, (socklen_t)len);
	else
		inet_ntop(AF_INET6, address, out, (socklen_t)len);
}

static const char *type_text(const struct ats_tap_record *r)
{
	static const char *const ptp[] = { "Sync", "Delay_Req", "Pdelay_Req", "Pdelay_Resp" };
	static const char *const ntp[] = {
		NULL, "symmetric active", "symmetric passive", "client", "server", "broadcast",
	};
	const char *name = NULL;

	if (r->protocol == ATS_PROTOCOL_PTP && r->type < ARRAY_SIZE(ptp))
		name = ptp[r->type];
	else if (r->protocol == ATS_PROTOCOL_NTP && r->type < ARRAY_SIZE(ntp))
		name = ntp[r->type];
	return name ? name : "unknown";
}

static const char *direction_text(const struct ats_tap_record *r)
{
	return r->direction == ATS_DIRECTION_RX ? "rx" : "tx";
}

/* IEEE 1588 writes a clock identity as three groups of its EUI-64. */
static void identity_text(char *out, size_t len, const struct ats_tap_record *r)
{
	u64 c = r->ptp.clock;

	snprintf(out, len, "%06x.%04x.%06x-%u", (unsigned int)(c >> 40),
		 (unsigned int)(c >> 24 & 0xffff), (unsigned int)(c & 0xffffff), r->ptp.port);
}

static void message_text(char *out, size_t len, const struct ats_tap_record *r)
{
	char identity[IDENTITY_LEN];

	if (r->protocol == ATS_PROTOCOL_PTP) {
		identity_text(identity, sizeof(identity), r);
		snprintf(out, len, "PTP %s domain %u seq %u from %s", type_text(r), r->domain,
			 r->ptp.sequence, identity);
	} else {
		snprintf(out, len, "NTP %s origin %016" PRIx64 " transmit %016" PRIx64,
			 type_text(r), (u64)r->ntp.origin, (u64)r->ntp.transmit);
	}
}

static void way_text(char *out, size_t len, const struct ats_tap_record *r)
{
	char from[PART_LEN] = "?", to[PART_LEN] = "?";
	size_t n;

	address_of(from, sizeof(from), r, r->source);
	address_of(to, sizeof(to), r, r->destination);
	if (r->transport == ATS_TAP_OVER_ETHERNET)
		snprintf(out, len, "%s > %s", from, to);
	else
		snprintf(out, len, "%s %u > %s %u", from, r->source_port, to, r->destination_port);
	for (unsigned int i = 0; i < r->vlans && i < ARRAY_SIZE(r->vlan); i++) {
		n = strlen(out);
		snprintf(out + n, len - n, " vlan %u", r->vlan[i] & 0xfff);
	}
}

static s64 hardware_minus_software(const struct ats_tap_record *r)
{
	return (s64)((u64)r->hw - (u64)r->sys);
}

struct text tap_text_stamps(const struct ats_tap_record *r)
{
	char sys[PART_LEN], hw[PART_LEN], difference[PART_LEN];
	struct text t;

	ns_text(sys, sizeof(sys), r->sys, false);
	if (r->flags & ATS_TAP_HARDWARE) {
		ns_text(hw, sizeof(hw), r->hw, false);
		ns_text(difference, sizeof(difference), hardware_minus_software(r), true);
		snprintf(t.s, sizeof(t.s), "software %s hardware %s difference %s", sys, hw,
			 difference);
	} else {
		snprintf(t.s, sizeof(t.s), "software %s hardware none%s", sys,
			 r->flags & ATS_TAP_HW_ASKED ? " (the sender asked for it)" : "");
	}
	return t;
}

struct text tap_text(const struct ats_tap_record *r)
{
	char utc[PART_LEN], message[PART_LEN], way[2 * PART_LEN], hw[PART_LEN] = "-";
	char difference[PART_LEN] = "-";
	struct text t;

	utc_text(utc, sizeof(utc), r->sys);
	message_text(message, sizeof(message), r);
	way_text(way, sizeof(way), r);
	if (r->flags & ATS_TAP_HARDWARE) {
		ns_text(hw, sizeof(hw), r->hw, false);
		ns_text(difference, sizeof(difference), hardware_minus_software(r), true);
	}
	snprintf(t.s, sizeof(t.s), "%s %s hw %s diff %s  %s  %s", utc, direction_text(r), hw,
		 difference, message, way);
	return t;
}

static void put_text(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value));
}

static void put_number(json_t *o, const char *key, s64 value)
{
	json_object_set_new(o, key, json_integer(value));
}

static void put_cookie(json_t *o, const char *key, u64 ntp)
{
	char hex[PART_LEN];

	snprintf(hex, sizeof(hex), "%016" PRIx64, ntp);
	put_text(o, key, hex);
}

static void put_stamps(json_t *o, const struct ats_tap_record *r)
{
	char utc[PART_LEN];
	bool hw = r->flags & ATS_TAP_HARDWARE;

	utc_text(utc, sizeof(utc), r->sys);
	put_text(o, "time", utc);
	put_number(o, "sys_ns", r->sys);
	put_number(o, "raw_ns", r->raw);
	put_number(o, "tai_offset", r->tai_offset);
	put_number(o, "clock_sets", r->clock_sets);
	json_object_set_new(o, "hw_ns", hw ? json_integer(r->hw) : json_null());
	json_object_set_new(o, "hw_minus_sys_ns",
			    hw ? json_integer(hardware_minus_software(r)) : json_null());
	json_object_set_new(o, "hw_asked", json_boolean(r->flags & ATS_TAP_HW_ASKED));
}

static void put_message(json_t *o, const struct ats_tap_record *r)
{
	char identity[IDENTITY_LEN];

	put_text(o, "type", type_text(r));
	put_number(o, "version", r->version);
	if (r->protocol == ATS_PROTOCOL_PTP) {
		identity_text(identity, sizeof(identity), r);
		put_number(o, "domain", r->domain);
		put_number(o, "sequence", r->ptp.sequence);
		put_text(o, "source_port_identity", identity);
		put_number(o, "correction", r->ptp.correction);
	} else {
		put_cookie(o, "origin", r->ntp.origin);
		put_cookie(o, "receive", r->ntp.receive);
		put_cookie(o, "transmit", r->ntp.transmit);
	}
}

static void put_way(json_t *o, const struct ats_tap_record *r)
{
	static const char *const transport[] = { "unknown", "ethernet", "udp4", "udp6" };
	json_t *vlans = json_array();
	char address[PART_LEN] = "?";

	put_text(o, "transport",
		 transport[r->transport < ARRAY_SIZE(transport) ? r->transport : 0]);
	address_of(address, sizeof(address), r, r->source);
	put_text(o, "source", address);
	address_of(address, sizeof(address), r, r->destination);
	put_text(o, "destination", address);
	if (r->transport != ATS_TAP_OVER_ETHERNET) {
		put_number(o, "source_port", r->source_port);
		put_number(o, "destination_port", r->destination_port);
	}
	for (unsigned int i = 0; i < r->vlans && i < ARRAY_SIZE(r->vlan); i++)
		json_array_append_new(vlans, json_integer(r->vlan[i] & 0xfff));
	json_object_set_new(o, "vlans", vlans);
}

static void put_frame(json_t *o, const struct ats_tap_record *r)
{
	char hex[2 * ATS_TAP_FRAME + 1] = "";

	for (unsigned int i = 0; i < r->captured && i < ATS_TAP_FRAME; i++)
		snprintf(hex + 2 * i, 3, "%02x", r->frame[i]);
	put_text(o, "frame", hex);
}

json_t *tap_json(const struct ats_tap_record *r, const char *interface)
{
	json_t *o = json_object();

	if (!o)
		return NULL;
	put_text(o, "interface", interface);
	put_number(o, "ifindex", r->ifindex);
	put_text(o, "direction", direction_text(r));
	put_text(o, "protocol", r->protocol == ATS_PROTOCOL_PTP ? "ptp" : "ntp");
	put_stamps(o, r);
	put_message(o, r);
	put_way(o, r);
	put_number(o, "length", r->length);
	put_number(o, "segments", r->segments);
	put_number(o, "cpu", r->cpu);
	put_number(o, "position", (s64)r->position);
	put_frame(o, r);
	return o;
}
