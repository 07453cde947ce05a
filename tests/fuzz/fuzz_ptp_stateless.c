// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request to the servers without state, whatever it is, as the kernel module and a port
 * take it: what is answered is sound, names the request, fits, and is no request itself.
 * The first octets are what is served and when, the others the request, in memory of its
 * own.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ptp/csptp_server.h"
#include "ptp/sptp.h"
#include "ptp/stateless.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_tlv.h"

enum { OWN = 7 };

static void check_header(const struct ptp_message *m, const struct ptp_asked *r,
			 const struct ptp_message *request)
{
	must(m->header.clock == OWN && m->header.port == 1);
	must(m->header.domain == request->header.domain && m->header.domain == r->domain);
	must(m->header.sequence == request->header.sequence);
	must(m->header.flags & PTP_FLAG_UNICAST);
	must((m->header.sdo == PTP_CSPTP_SDO) == (r->kind == PTP_STATELESS_CSPTP));
}

static void check_response(const struct ptp_message *m, const struct ptp_asked *r, s64 rx_tai)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_csptp_response response;
	struct ptp_csptp_status status;
	struct ptp_tlv t;

	must(ptp_tlv_next(&w, &t) && ptp_csptp_response_get(&t, &response));
	must(response.ingress_tai == rx_tai && response.correction == r->correction);
	if (r->wants & PTP_CSPTP_WANT_STATUS)
		must(ptp_tlv_next(&w, &t) && ptp_csptp_status_get(&t, &status) &&
		     status.gm == OWN + 1);
	must(!w.left);
}

static void exchange(const struct ptp_stateless *of, const struct ptp_served *s,
		     const struct ptp_message *request, const struct ptp_asked *r, s64 rx_tai,
		     s64 tx_tai, bool one_step)
{
	u8 b[PTP_STATELESS_MAX];
	struct ptp_message m;
	struct ptp_asked back;
	size_t len;

	len = ptp_stateless_answer(s, r, rx_tai, one_step, b);
	must((rx_tai < 0) == !len);
	if (!len)
		return;
	must(!ptp_message_parse(b, len, &m) && m.header.length == len);
	must(m.header.type == PTP_SYNC && !ptp_stateless_asks(of, &m, &back));
	check_header(&m, r, request);
	if (r->kind == PTP_STATELESS_CSPTP) {
		must(!(m.header.flags & PTP_FLAG_TWO_STEP) == one_step);
		check_response(&m, r, rx_tai);
	} else {
		must(m.origin_tai == rx_tai && m.header.flags & PTP_FLAG_TWO_STEP);
	}
	len = ptp_stateless_follow(s, r, tx_tai, b);
	must((tx_tai < 0) == !len);
	if (!len)
		return;
	must(!ptp_message_parse(b, len, &m) && m.header.length == len);
	must(m.header.type == ptp_stateless_follower(r->kind));
	check_header(&m, r, request);
	if (r->kind == PTP_STATELESS_SPTP)
		must(m.announce.origin_tai == tx_tai && m.header.correction == r->correction);
	else
		must(m.origin_tai == tx_tai);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const struct ptp_served served = {
		.id = { OWN, 1 }, .minor_version = 1, .flags = PTP_FLAG_PTP_TIMESCALE,
		.announce = { .gm = OWN + 1, .utc_offset = 37 },
	};
	struct input in = { data, size };
	struct ptp_stateless of;
	struct ptp_message m;
	struct ptp_asked r;
	u64 rx = 0, tx = 0;
	bool one_step;
	u8 *copy;

	of.sptp = octet(&in) & 1;
	of.csptp = octet(&in) & 1;
	one_step = octet(&in) & 1;
	of.domain = octet(&in);
	of.csptp_domain = octet(&in);
	for (unsigned int i = 0; i < 8; i++) {
		rx = rx << 8 | octet(&in);
		tx = tx << 8 | octet(&in);
	}
	if (!in.left)
		return 0;
	copy = malloc(in.left);
	must(copy);
	memcpy(copy, in.at, in.left);
	if (!ptp_message_parse(copy, in.left, &m) && ptp_stateless_asks(&of, &m, &r)) {
		must(r.kind == PTP_STATELESS_SPTP ? of.sptp && m.header.type == PTP_DELAY_REQ :
		     of.csptp && m.header.type == PTP_SYNC);
		exchange(&of, &served, &m, &r, (s64)rx, (s64)tx, one_step);
	}
	free(copy);
	return 0;
}
