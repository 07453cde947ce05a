/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time that comes in at one PTP port, as a source among all others: makes
 * exchanges of the legs that the engine measures, and says when they stop to come.
 */
#ifndef ATS_PTP_SOURCE_H
#define ATS_PTP_SOURCE_H

#include "config/config.h"
#include "daemon/ntp_env.h"
#include "os/phc_moment.h"
#include "ptp/dataset.h"
#include "ptp/port.h"

struct ptp_source;

/* NULL: no memory. @cfg is borrowed, @name as of struct tk_source_config. */
struct ptp_source *ptp_source_new(const struct ntp_env *env, const struct config_ptp *cfg,
				  const char *name);
void ptp_source_free(struct ptp_source *s);
/* An equal one, at another place */
void ptp_source_configure(struct ptp_source *s, const struct config_ptp *cfg);

/* As first_hand_stamp(): of messages that legs are made of, before those are given. */
void ptp_source_stamp(struct ptp_source *s, s64 sys, const struct phc_moment *at);
/* @ds: of the instance, for what the grandmaster says of itself; @error_ns of the stamp. */
void ptp_source_leg(struct ptp_source *s, enum ptp_way way, const struct leg *leg,
		    const struct ptp_clock_ds *ds, double error_ns);
/* Both at once, of one request and its answer; @ds: what the server says of itself */
void ptp_source_exchange(struct ptp_source *s, const struct leg *fwd, const struct leg *back,
			 const struct ptp_clock_ds *ds, double error_ns);
void ptp_source_link_delay(struct ptp_source *s, const struct ptp_peer_sample *sample);
/* Another time-transmitter is followed from now on. */
void ptp_source_new_parent(struct ptp_source *s);
/*
 * How far the parent's time may be off in all, as it says beside its Announces; NAN: it
 * does not say so, as at the beginning and with each other time-transmitter.
 */
void ptp_source_set_inaccuracy(struct ptp_source *s, double ns);
/* Nobody is followed. */
void ptp_source_lost(struct ptp_source *s);
/* At least once a second: notices silence. */
void ptp_source_tick(struct ptp_source *s, s64 now_mono);
/* False when it was so already. */
bool ptp_source_set_online(struct ptp_source *s, bool online);
bool ptp_source_online(const struct ptp_source *s);
/* It takes part in the time, or would: the port that feeds it may call itself SLAVE. */
bool ptp_source_calibrated(const struct ptp_source *s);

struct tk_source *ptp_source_tk(const struct ptp_source *s);
/* Of one way, as peer delay measured it last; NAN: never. */
double ptp_source_link_delay_ns(const struct ptp_source *s);
/* Expected time between samples, s */
double ptp_source_interval(const struct ptp_source *s);
u8 ptp_source_reach(const struct ptp_source *s);

#endif
