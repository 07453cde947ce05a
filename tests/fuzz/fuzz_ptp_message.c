// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as a PTP message: what is accepted means the same when it is built again. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "wire/ptp_message.h"
#include "wire/ptp_tlv.h"

/* All but the octets that are reserved, or no more. */
static void check_octets(const struct ptp_message *m, const u8 *a, const u8 *b)
{
	must(!memcmp(a, b, 16) && !memcmp(a + 20, b + 20, 12) && a[33] == b[33]);
	must(!memcmp(m->tlv, b + ptp_message_len(m->header.type), m->tlv_len));
}

static void check_event(const struct ptp_message *m, const u8 *data, size_t size)
{
	struct ptp_header h;

	must(ptp_event_parse(data, size, &h) == (m->header.type <= PTP_PDELAY_RESP));
	if (m->header.type <= PTP_PDELAY_RESP)
		must(h.sequence == m->header.sequence && h.clock == m->header.clock &&
		     h.correction == m->header.correction && h.sdo == m->header.sdo &&
		     h.log_interval == m->header.log_interval && h.flags == m->header.flags);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 built[PTP_MESSAGE_MAX], twice[PTP_MESSAGE_MAX];
	struct ptp_message m, again;
	size_t len;
	int r = ptp_message_parse(data, size, &m);

	must(r == 0 || r == -EMSGSIZE || r == -EPROTONOSUPPORT || r == -EBADMSG);
	if (r)
		return 0;
	must(m.header.length <= size && m.header.length <= PTP_MESSAGE_MAX);
	must(m.tlv >= data && m.tlv + m.tlv_len == data + m.header.length);
	must(ptp_tlvs_whole(m.tlv, m.tlv_len));
	check_event(&m, data, size);
	len = ptp_message_build(&m, built, sizeof(built));
	must(len == m.header.length);
	must(!ptp_message_build(&m, twice, len - 1));
	check_octets(&m, data, built);
	must(!ptp_message_parse(built, len, &again));
	must(ptp_message_build(&again, twice, len) == len && !memcmp(twice, built, len));
	return 0;
}
