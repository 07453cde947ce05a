/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One NTP server at one address: drives an association with a socket of its
 * own for every request (RFC 9109) and a timer, and feeds the timekeeper.
 */
#ifndef ATS_NTP_PEER_H
#define ATS_NTP_PEER_H

#include "config/config.h"
#include "daemon/ntp_env.h"
#include "ntp/assoc.h"

struct ntp_peer;

/* @address with its port. NULL: no memory. Starts to ask at @first_mono. */
struct ntp_peer *ntp_peer_new(const struct ntp_env *env, const struct config_source *cfg,
			      const struct sockaddr *address, s64 first_mono);
void ntp_peer_free(struct ntp_peer *p);
/* Same server, other settings: nothing learned is lost. */
void ntp_peer_configure(struct ntp_peer *p, const struct config_source *cfg);
void ntp_peer_set_online(struct ntp_peer *p, bool online);
/* The system clock was stepped. */
void ntp_peer_shift(struct ntp_peer *p, s64 delta_ns);

const struct sockaddr *ntp_peer_address(const struct ntp_peer *p);
/* Numeric, without the port. */
const char *ntp_peer_text(const struct ntp_peer *p);
struct tk_source *ntp_peer_source(const struct ntp_peer *p);
void ntp_peer_get_report(const struct ntp_peer *p, struct assoc_report *r);
/* INT64_MAX: never. */
s64 ntp_peer_next_mono(const struct ntp_peer *p);
/* No answer to the last eight polls, or told to go away. */
bool ntp_peer_silent(const struct ntp_peer *p);

#endif
