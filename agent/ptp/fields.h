/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a layout (wire/ptp_layout.h) one by one, for who shows them, and set by
 * name from text, for who is told them. Pure.
 */
#ifndef ATS_PTP_FIELDS_H
#define ATS_PTP_FIELDS_H

#include "wire/ptp_layout.h"

struct ptp_value {
	const char *name;	/* as the standard calls it; dots inside: of a structure */
	enum ptp_kind kind;	/* never PTP_RESERVED */
	u8 size;		/* octets in the message */
	/*
	 * PTP_UINT, PTP_INT, PTP_HEX; PTP_INTERVAL in 2^-16 ns, PTP_TIMESTAMP in ns, and
	 * PTP_IDENTITY as u64
	 */
	s64 number;
	const u64 *counter;	/* PTP_COUNTERS: size / 8 of them */
	struct ptp_octets octets;	/* all others; of PTP_TEXT it may be anything */
};

typedef void ptp_value_fn(void *ctx, const struct ptp_value *v);
void ptp_fields_visit(const struct ptp_layout *l, const void *in, ptp_value_fn *fn, void *ctx);

/*
 * Set the field @name of @out, or the one whose name ends so behind a dot: numbers are
 * decimal or hexadecimal with 0x, intervals are ns with a fraction, times seconds with
 * one, identities as of identity.h, octets hexadecimal. Texts are borrowed. 0, or -EINVAL
 * with a sentence in @why; @out is as it was then.
 */
int ptp_field_set(const struct ptp_layout *l, void *out, const char *name, const char *text,
		  char *why, size_t room);

#endif
