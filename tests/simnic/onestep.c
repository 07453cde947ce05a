// SPDX-License-Identifier: GPL-2.0
/* Sync messages that carry their own time of departure. */
#include <linux/bitops.h>
#include <linux/etherdevice.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <net/checksum.h>

#include "frame.h"
#include "stamp.h"

#define UDP_CHECKSUM_AT 6

/* In a UDP payload, at an even place: its checksum must be that of the new octets. */
static void fix_checksum(u8 *udp, const u8 *was, const u8 *is)
{
	__sum16 sum = (__force __sum16)get_unaligned((u16 *)(udp + UDP_CHECKSUM_AT));
	__wsum diff;

	/* none, as IPv4 allows */
	if (!sum)
		return;
	diff = csum_partial(is, SIMNIC_PTP_TIMESTAMP, ~csum_partial(was, SIMNIC_PTP_TIMESTAMP, 0));
	sum = csum_fold(csum_add(diff, ~csum_unfold(sum)));
	if (!sum)
		sum = CSUM_MANGLED_0;
	put_unaligned((__force u16)sum, (u16 *)(udp + UDP_CHECKSUM_AT));
}

void simnic_onestep_insert(u8 *data, const struct simnic_frame *f, s64 phc_ns)
{
	unsigned int at = f->payload + SIMNIC_PTP_HEADER;
	u8 was[SIMNIC_PTP_TIMESTAMP], *to = data + at;
	u32 nsec;
	u64 sec;

	if (at + SIMNIC_PTP_TIMESTAMP > f->end || phc_ns < 0)
		return;
	memcpy(was, to, sizeof(was));
	sec = div_u64_rem(phc_ns, NSEC_PER_SEC, &nsec);
	put_unaligned_be16(sec >> 32, to);
	put_unaligned_be32(sec, to + 2);
	put_unaligned_be32(nsec, to + 6);
	if (f->udp)
		fix_checksum(data + f->udp, was, to);
}
