/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * foreignMasterDS of one port (IEEE 1588-2019 clause 9.3.2): who announces itself
 * there, and which of them is the best (Erbest). A bounded table, whoever may announce:
 * when it is full the worst of those that are not the best gives way to a better one.
 *
 * A sender is qualified by its second Announce (FOREIGN_MASTER_THRESHOLD) within four
 * announce intervals (FOREIGN_MASTER_TIME_WINDOW), and then until it is silent for
 * announceReceiptTimeout of them: lost messages do not make it come and go. Where a
 * sender states a longer interval than this port is told, that one counts, up to 16 s.
 */
#ifndef ATS_PTP_FOREIGN_H
#define ATS_PTP_FOREIGN_H

#include "ptp/compare.h"
#include "ptp/dataset.h"
#include "types.h"
#include "wire/ptp_message.h"

#define PTP_FOREIGN_THRESHOLD 2		/* clause 9.3.2.4.4 */
#define PTP_FOREIGN_WINDOW 4		/* announce intervals, clause 9.3.2.4.4 */
#define PTP_FOREIGN_RECORDS_MIN 5	/* clause 9.3.2.4.5 */
#define PTP_FOREIGN_RECORDS_MAX 256
#define PTP_FOREIGN_LOG_INTERVAL_MAX 4	/* what a sender may state and is believed */

/* An entry of the acceptableMasterTable, clause 17.5 */
struct ptp_acceptable {
	struct ptp_port_id id;	/* PTP_ALL_PORTS: any of the clock */
	u8 priority1;		/* alternatePriority1; 0: the announced one */
};

struct ptp_foreign_config {
	struct ptp_port_id port;	/* ours */
	ptp_compare_fn *compare;
	unsigned int records;	/* PTP_FOREIGN_RECORDS_MIN..MAX */
	u8 threshold;		/* PTP_FOREIGN_THRESHOLD, or 1: each is qualified at once */
	s8 log_announce;
	u8 announce_timeout;	/* announce intervals */
	s64 spread_ns;		/* added to it, random, up to one interval (clause 9.2.6.12) */
	u16 max_steps;		/* PTP_STEPS_MAX or defaultDS.maxStepsRemoved */
	bool path_trace;	/* refuse what came through us, clause 16.2 */
	/* NULL: everybody is acceptable. Borrowed. */
	const struct ptp_acceptable *acceptable;
	unsigned int n_acceptable;
};

struct ptp_foreign {
	struct ptp_set set;
	struct ptp_time_properties_ds time;
	u16 sequence;
	bool qualified;
	bool unusable;		/* see ptp_foreign_mark() */
	s64 interval_ns;	/* of its Announces */
	s64 heard_mono[PTP_FOREIGN_THRESHOLD];	/* the newest first */
	unsigned int heard;	/* of those */
};

struct ptp_foreign_table;

/* NULL: no memory, or @cfg is out of range. The only allocation. */
struct ptp_foreign_table *ptp_foreign_new(const struct ptp_foreign_config *cfg);
void ptp_foreign_free(struct ptp_foreign_table *t);
void ptp_foreign_clear(struct ptp_foreign_table *t);

/*
 * Other intervals, time-outs and acceptable ones from now on; those who are not
 * acceptable any more are forgotten. False: out of range, or another number of records,
 * which stays as it was made; nothing is changed then.
 */
bool ptp_foreign_configure(struct ptp_foreign_table *t, const struct ptp_foreign_config *cfg);

enum ptp_announce_result {
	PTP_ANNOUNCE_NEWS,	/* newly qualified, or says something new: decide again */
	PTP_ANNOUNCE_KEPT,	/* taken; nothing to decide */
	/* refused */
	PTP_ANNOUNCE_OWN,	/* from this clock */
	PTP_ANNOUNCE_ALTERNATE,	/* alternateMasterFlag, clause 17.3 */
	PTP_ANNOUNCE_UNACCEPTABLE,
	PTP_ANNOUNCE_DUPLICATE,	/* sequence number of the one before */
	PTP_ANNOUNCE_STEPS,	/* too far; what was known of the sender is forgotten */
	PTP_ANNOUNCE_LOOP,	/* came through this clock; forgotten, too */
	PTP_ANNOUNCE_FULL,	/* all others are better */
	PTP_ANNOUNCE_RESULTS
};

const char *ptp_announce_result_name(enum ptp_announce_result r);

/*
 * An Announce of the right domain and sdoId. @path: the value of its PATH_TRACE TLV,
 * @path_len octets, or NULL. @local_priority: see struct ptp_set.
 */
enum ptp_announce_result ptp_foreign_receive(struct ptp_foreign_table *t,
					     const struct ptp_message *m, const u8 *path,
					     size_t path_len, u8 local_priority, s64 now_mono);

/* Forget those that fell silent. True: one of them was qualified; decide again. */
bool ptp_foreign_age(struct ptp_foreign_table *t, s64 now_mono);
/* When that is due next; INT64_MAX: never. */
s64 ptp_foreign_next_mono(const struct ptp_foreign_table *t);

/* Erbest: of those that are qualified and usable; NULL: none. Valid until the next call. */
const struct ptp_foreign *ptp_foreign_best(const struct ptp_foreign_table *t);

/*
 * Packet timing signal fail (G.8265.1 clause 6.7.3, G.8275.2 clause 6.7.11), or no Sync
 * from it: it is not considered until it is marked usable. False: not known.
 */
bool ptp_foreign_mark(struct ptp_foreign_table *t, struct ptp_port_id sender, bool unusable);

unsigned int ptp_foreign_count(const struct ptp_foreign_table *t);
/* The @i-th, in no order; NULL: no such one. */
const struct ptp_foreign *ptp_foreign_at(const struct ptp_foreign_table *t, unsigned int i);

#endif
