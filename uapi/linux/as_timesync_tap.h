/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The tap of as_timesync: records of time messages in rings that are mapped.
 *
 * /dev/as_timesync stands for the rings of the network namespace of the process
 * that opens it, which needs CAP_NET_RAW or CAP_NET_ADMIN there. There is one
 * ring per possible CPU. From offset 0 on mmap() gives, read-only:
 *
 *	struct ats_tap_info		at 0
 *	struct ats_tap_ring		at ring_offset + cpu * ring_size, and after it
 *	struct ats_tap_record[records]
 *
 * Record n of a ring (n from 0) is in place n modulo records and has position
 * n + 1; the ring's head is the number of records written. A reader takes records
 * that it has not seen below head, of those at most the last @records, and of each
 * loads position (acquire), copies the record, and loads position again (after a
 * read barrier): if both are n + 1, the copy is that record; else it is lost, it
 * was overwritten. Nothing that a reader does or omits reaches the packets.
 *
 * read() of 8 octets gives, as a __u64, how many records were written to all rings
 * since the last read() of this file, and waits for one unless O_NONBLOCK is set;
 * 0 octets: the namespace is gone. poll() waits for the same, up to some 10 ms more.
 */
#ifndef _UAPI_LINUX_AS_TIMESYNC_TAP_H
#define _UAPI_LINUX_AS_TIMESYNC_TAP_H

#include <linux/types.h>

#define ATS_TAP_DEVICE	"as_timesync"	/* below /dev */
#define ATS_TAP_VERSION	1
#define ATS_TAP_FRAME	128

struct ats_tap_info {
	__u32 version;		/* ATS_TAP_VERSION */
	__u32 record_size;	/* sizeof(struct ats_tap_record) */
	__u32 records;		/* of one ring, a power of two */
	__u32 rings;
	__u64 ring_offset;
	__u64 ring_size;	/* from one ring to the next */
	__u64 size;		/* of all, for mmap() */
};

struct ats_tap_ring {
	__u64 head;		/* records written */
	__u64 dropped;		/* not written, the ring was being written to */
	__u64 reserved[6];
};

/* ats_tap_record.flags */
#define ATS_TAP_HARDWARE	0x0001	/* hw is valid */
#define ATS_TAP_HW_ASKED	0x0002	/* the sender asked for a hardware transmit stamp */

/* ats_tap_record.link */
#define ATS_TAP_LINK_ETHERNET	0
#define ATS_TAP_LINK_IP		1	/* frames begin with the IP header */

/* ats_tap_record.transport */
#define ATS_TAP_OVER_ETHERNET	1
#define ATS_TAP_OVER_UDP4	2
#define ATS_TAP_OVER_UDP6	3

/*
 * Integers are in host byte order but for the octets of addresses and of the
 * frame. The software stamps are taken at the netfilter hook, all of one reading
 * of the system's counter.
 */
struct ats_tap_record {
	__u64 position;		/* 1 for a ring's first; 0 while it is written */
	__s64 hw;		/* ns of the clock of the NIC that received the packet */
	__s64 sys;		/* ns of CLOCK_REALTIME */
	__s64 raw;		/* ns of CLOCK_MONOTONIC_RAW */
	__s32 tai_offset;	/* s of CLOCK_TAI ahead of CLOCK_REALTIME */
	__u32 clock_sets;	/* how often the system clock was stepped, since boot */
	__u32 ifindex;
	__u32 length;		/* octets of the frame with tags, without its FCS */
	__u16 captured;		/* of them in frame[] */
	__u16 flags;		/* ATS_TAP_... */
	__u16 cpu;
	__u16 segments;		/* packets that the stack joined to this one; usually 1 */
	__u8 direction;		/* enum as_timesync_direction */
	__u8 protocol;		/* enum as_timesync_protocol */
	__u8 link;		/* ATS_TAP_LINK_... */
	__u8 transport;		/* ATS_TAP_OVER_... */
	__u8 type;		/* PTP messageType, or NTP mode */
	__u8 version;		/* of PTP or NTP */
	__u8 domain;		/* of PTP */
	__u8 vlans;		/* tags */
	__u16 vlan[2];		/* tag control information, the outermost first */
	__u16 source_port;	/* of UDP */
	__u16 destination_port;
	__u8 source[16];	/* IPv6; IPv4 as ::ffff:a.b.c.d; or a MAC and zeroes */
	__u8 destination[16];
	union {
		struct {
			__u64 clock;	/* sourcePortIdentity.clockIdentity */
			__s64 correction;	/* 2^-16 ns */
			__u16 port;	/* sourcePortIdentity.portNumber */
			__u16 sequence;
			__u32 reserved;
		} ptp;
		struct {	/* NTP timestamps as they are in the packet */
			__u64 origin;
			__u64 receive;
			__u64 transmit;
		} ntp;
	};
	__u8 frame[ATS_TAP_FRAME];	/* as on the wire: hardware tags put back */
};

#endif
