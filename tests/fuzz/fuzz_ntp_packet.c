// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as an NTP packet: what is accepted survives being built again. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "wire/ntp_packet.h"

static void check_times(const struct ntp_packet *p)
{
	s64 utc = ntp_to_utc(p->transmit, (s64)p->receive);

	/* beyond the ends of s64 there is nothing to come back from */
	if (utc != INT64_MAX && utc != INT64_MIN)
		must(ntp_to_utc(ntp_from_utc(utc), utc) == utc);
	must(ntp_short_from_ns(ntp_short_to_ns(p->root_delay)) == p->root_delay);
	must(ntp_short_to_ns(ntp_short_from_ns((s64)p->origin)) >= 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct ntp_packet p, again;
	u8 built[NTP_HEADER_LEN];
	int r = ntp_packet_parse(data, size, &p);

	must(r == 0 || r == -EMSGSIZE || r == -EPROTONOSUPPORT || r == -EBADMSG);
	if (size < NTP_HEADER_LEN || size > NTP_PACKET_MAX || size % 4)
		must(r == -EMSGSIZE);
	if (r)
		return 0;
	must(p.version >= 1 && p.version <= 4 && p.mode <= 7 && p.leap <= 3);
	ntp_packet_build(&p, built);
	must(!memcmp(built, data, NTP_HEADER_LEN));
	must(!ntp_packet_parse(built, sizeof(built), &again));
	must(again.transmit == p.transmit && again.refid == p.refid);
	check_times(&p);
	return 0;
}
