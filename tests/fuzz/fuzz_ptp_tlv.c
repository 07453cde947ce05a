// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as TLVs: what is understood of one means the same when it is built again. */
#include <string.h>

#include "fuzz.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_org.h"
#include "wire/ptp_unicast.h"

enum { ROOM = 65536 + 4 };
static u8 built[ROOM], twice[ROOM];

/* The TLV that was built, as read again. */
static struct ptp_tlv again(size_t n)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(built, n);
	struct ptp_tlv t = { 0 };

	must(n && ptp_tlv_next(&w, &t) && !w.left);
	return t;
}

static void check_unicast(const struct ptp_tlv *t)
{
	struct ptp_unicast u;
	struct ptp_tlv b;
	size_t n;

	if (!ptp_unicast_get(t, &u))
		return;
	must(u.message < 16);
	n = ptp_unicast_put(built, ROOM, &u);
	must(n <= PTP_UNICAST_TLV_MAX && !ptp_unicast_put(twice, n - 1, &u));
	b = again(n);
	must(b.type == t->type && ptp_unicast_get(&b, &u));
	must(ptp_unicast_put(twice, n, &u) == n && !memcmp(built, twice, n));
}

static void check_lists(const struct ptp_tlv *t)
{
	struct ptp_alternate_time a;
	struct ptp_tlv b;
	u64 first;
	u16 clocks;
	size_t n;

	if (ptp_path_trace_get(t, &clocks) && clocks) {
		first = ptp_path_trace_clock(t, clocks - 1);
		b = again(ptp_path_trace_put(built, ROOM, &first, 1));
		must(!memcmp(b.value, t->value + t->len - 8, 8));
	}
	if (ptp_alternate_time_get(t, &a)) {
		n = ptp_alternate_time_put(built, ROOM, &a);
		b = again(n);
		must(b.len == t->len && !memcmp(b.value, t->value, 16u + a.name.len));
	}
}

static void check_csptp(const struct ptp_tlv *t)
{
	struct ptp_csptp_response r;
	struct ptp_csptp_status s;
	struct ptp_tlv b;
	u8 wants;

	if (ptp_csptp_request_get(t, &wants)) {
		b = again(ptp_csptp_request_put(built, ROOM, wants));
		must(b.value[0] == t->value[0]);
	}
	if (ptp_csptp_response_get(t, &r)) {
		b = again(ptp_csptp_response_put(built, ROOM, &r));
		must(!memcmp(b.value, t->value, b.len));
	}
	if (ptp_csptp_status_get(t, &s) && s.parent.len) {
		b = again(ptp_csptp_status_put(built, ROOM, &s));
		must(b.len <= t->len && !memcmp(b.value, t->value, 22u + s.parent.len));
	}
}

static void check_org(const struct ptp_tlv *t)
{
	struct ptp_org o, o2;
	struct ptp_tlv b;
	size_t n;

	if (!ptp_org_get(t, &o))
		return;
	must(o.data == t->value + 6 && o.len == t->len - 6);
	n = ptp_org_put(built, ROOM, &o);
	must(!ptp_org_put(twice, n - 1, &o));
	b = again(n);
	must(b.type == t->type && b.len == t->len && !memcmp(b.value, t->value, 6));
	must(ptp_org_get(&b, &o2) && o2.content == o.content);
	must(ptp_org_put(twice, n, &o2) == n && !memcmp(built, twice, n));
	if (o.content == PTP_ORG_FOLLOW_UP_INFORMATION)
		ptp_scaled_ns_to_ns(&o.follow_up.phase_change);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(data, size);
	struct ptp_tlv t;

	while (ptp_tlv_next(&w, &t)) {
		must(t.value >= data && t.value + t.len + w.left == data + size);
		check_unicast(&t);
		check_lists(&t);
		check_csptp(&t);
		check_org(&t);
		must(ptp_tlv_put(built, ROOM, &t) == 4u + t.len);
	}
	must(ptp_tlvs_whole(data, size) == !w.left);
	return 0;
}
