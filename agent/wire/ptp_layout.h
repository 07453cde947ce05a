/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structures of PTP's TLVs as tables of fields: one description of each is read by the
 * parser, the builder, and who shows them to people. For what is rare; messages and the
 * TLVs of requests by the million have code of their own. Pure.
 */
#ifndef ATS_PTP_LAYOUT_H
#define ATS_PTP_LAYOUT_H

#include "types.h"

enum ptp_kind {
	PTP_RESERVED,		/* zero when sent, not looked at when received */
	PTP_UINT,
	PTP_INT,
	PTP_HEX,		/* unsigned, of bits or an enumeration in hexadecimal */
	PTP_IDENTITY,		/* u64 */
	PTP_INTERVAL,		/* s64, TimeInterval in 2^-16 ns */
	PTP_TIMESTAMP,		/* s64, ns (ptp_time.h); 10 octets */
	PTP_COUNTERS,		/* u64 each, little endian: linuxptp's */
	PTP_OCTETS,		/* u8[size] */
	PTP_TEXT,		/* struct ptp_octets; PTPText: a length of 1 octet, UTF-8 */
	PTP_ADDRESS,		/* struct ptp_octets; a length of 2 octets */
	PTP_IDENTITIES,		/* struct ptp_octets; clockIdentities, all that follows */
	PTP_REST,		/* struct ptp_octets; all that follows, whatever it says */
};

/* Inside what was parsed. */
struct ptp_octets {
	const u8 *b;
	u16 len;
};

struct ptp_field {
	const char *name;	/* as the standard calls it; NULL: reserved */
	u8 kind;		/* enum ptp_kind */
	u8 size;		/* octets in the message; 0: as its length says */
	u16 at;			/* of the member in the structure */
};

struct ptp_layout {
	const struct ptp_field *field;
	u16 fields;
	u16 size;		/* of the structure */
};

/*
 * Read @len octets to the structure @out. 0, -EMSGSIZE (not the octets of this structure
 * and at most one that makes their number even), -EBADMSG (a time that cannot be).
 */
int ptp_layout_get(const struct ptp_layout *l, const u8 *b, size_t len, void *out);

/*
 * Write the structure @in, an even number of octets, and return it in @len. False when
 * they are more than @room, or a text or list cannot be said.
 */
bool ptp_layout_put(const struct ptp_layout *l, const void *in, u8 *b, size_t room, size_t *len);

/*
 * The value of a field of at most 8 octets that is a number, of PTP_INT and PTP_INTERVAL
 * with its sign.
 */
s64 ptp_field_number(const struct ptp_field *f, const void *in);
/* The other way: those of its bits that the field has. */
void ptp_field_store(const struct ptp_field *f, void *out, u64 v);

/* A table entry: the member @m of structure @s, @n octets in the message. */
#define PTP_FIELD(kind_, n_, s_, m_, name_) { (name_), (kind_), (n_), (u16)offsetof(s_, m_) }
#define PTP_FIELD_RESERVED(n_) { NULL, PTP_RESERVED, (n_), 0 }
#define PTP_LAYOUT(fields_, s_) { (fields_), ARRAY_SIZE(fields_), (u16)sizeof(s_) }

#endif
