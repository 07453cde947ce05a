/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request of PTP management as it comes by the control socket. */
#ifndef ATS_PTP_QUESTION_H
#define ATS_PTP_QUESTION_H

#include "daemon/daemon_private.h"
#include "ptp/ask.h"

#define PTP_NUMBER_ROOM 24

struct ptp_question {
	struct daemon *d;
	const struct ptp_management_type *type;
	int domain, sdo;	/* -1: all */
	u16 port;		/* PTP_ALL_PORTS */
	const json_t *fields;	/* to be set; NULL: none */
	char *err;
	size_t errlen;
};

/* "id", "port", "domain", "sdo_id". These return 0 or -errno with a sentence in q->err. */
int ptp_question_read(struct ptp_question *q, const json_t *request);
/* Is there an instance for it, and, if it must be, only @one? */
int ptp_question_find(const struct ptp_question *q, bool one);
bool ptp_question_is_for(const struct ptp_question *q, const struct ptp_clock *c);
/* One of q->fields to @data, which may point into @value and @number afterwards */
int ptp_question_set(const struct ptp_question *q, union ptp_management_data *data,
		     const char *name, const json_t *value, char number[PTP_NUMBER_ROOM]);

#endif
