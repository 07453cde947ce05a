/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file as one immutable value: parsed and checked as a whole
 * or not at all. Every default is filled in here and nowhere else.
 */
#ifndef ATS_CONFIG_H
#define ATS_CONFIG_H

#include <netinet/in.h>

#include "ptp/profile.h"
#include "ptp/smpte.h"
#include "types.h"

#define CONFIG_POLL_AUTO (-128)	/* by the server's address: see Documentation */
#define CONFIG_CONTROL_SOCKET "/run/as-timesync/control.sock"

struct config_source {
	char *name;		/* as written: host name or address */
	u16 port;
	bool pool;		/* several servers behind one name */
	unsigned int pool_max;	/* of them in use; default 4 */
	int min_poll, max_poll;	/* log2 s, -4..17, or CONFIG_POLL_AUTO */
	unsigned int burst;	/* requests at start, 1..16; default 4 */
	bool interleaved;	/* default true */
	bool prefer, monitor, offline;
	int priority;		/* 0..255 */
	double asymmetry_ns;	/* known forward minus backward delay */
	char *interface;	/* NULL: any */
	int line;		/* in the file, for messages */
};

struct config_net {		/* an ACL entry */
	int family;		/* AF_INET or AF_INET6 */
	struct in6_addr addr;	/* IPv4: first four octets */
	unsigned int prefix;
	bool allow;
};

/* How a PTP port serves those that ask it by unicast */
struct config_ptp_serve {
	unsigned int clients;	/* of negotiated unicast at a time, 1..131072; default 4096 */
	unsigned int rate;	/* messages to all of them a second; 0, the default: no limit */
	bool open_delay;	/* delay requests are answered without a grant */
	bool sptp, csptp;
	int csptp_domain;	/* default 128 */
	int gm_id;		/* grandmasterID of C37.238, 0..65535 */
	struct config_net *acl;	/* over UDP, the longest prefix wins */
	unsigned int nacl;
	struct ptp_smpte_config smpte;	/* .frame_rate 0: no metadata are told */
};

/* A PTP port: an interface and a transport, in a domain. */
enum {				/* desired_state */
	CONFIG_PTP_AUTO,	/* as the best clock algorithm decides */
	CONFIG_PTP_MASTER,
	CONFIG_PTP_SLAVE,
	CONFIG_PTP_PASSIVE,
};

struct config_ptp {
	char *interface;
	const struct ptp_profile *profile;
	struct ptp_settings set;	/* inside of what the profile allows */
	bool receive;		/* it is in "sources" */
	bool transmit;		/* it is in "serve_ptp" */
	char **address;		/* of unicast time-transmitters to ask, literal */
	unsigned int naddress;
	u64 *acceptable;	/* clockIdentities; none: all */
	unsigned int nacceptable;
	struct config_ptp_serve serve;
	int desired;		/* CONFIG_PTP_*, AUTO of all ports of an instance or of none */
	int free_phc;		/* phc = "free": the NIC's clock is left alone; else steered */
	int clock_class;	/* while synchronised; 0: as the profile has it without a source */
	/* as a source */
	int log_query;		/* between requests for grants, log2 s, -3..6; default 0 */
	bool all_transmitters;	/* Sync is asked of all, not only of the one that is followed */
	bool csptp;		/* its addresses are servers of CSPTP */
	int csptp_domain;	/* there, default 128 */
	bool prefer, monitor, offline;
	int priority;
	double asymmetry_ns;	/* known forward minus backward delay */
	double accuracy_ns;	/* of the grandmaster; negative: as it says */
	int line;
};

/* Who may manage PTP instances from the network; on the host control_group decides. */
struct config_ptp_management {
	bool get, set, command;	/* default: get only */
	char *description;	/* userDescription; NULL: none */
};

struct config_serve_ntp {
	bool enabled;		/* mode = "server" or a serve_ntp group */
	u16 port;
	char **bind;		/* literal addresses; empty: all */
	unsigned int nbind;
	struct config_net *acl;	/* the longest prefix wins; none: deny */
	unsigned int nacl;
	u64 clientloglimit;	/* octets for the client table; default 524288 */
	bool rate_limit;	/* default on */
	int rate_interval;	/* log2 s between replies to one client; default -3 */
	unsigned int rate_burst;	/* default 8 */
	unsigned int rate_leak;		/* of refused requests 1 in 2^n is answered; default 2 */
	bool kod;		/* default on */
	bool interleaved;	/* default on */
	char **ingress;		/* interfaces where the kernel module may answer early */
	unsigned int ningress;
};

/* Use of the kernel module. */
enum config_kernel {
	CONFIG_KERNEL_AUTO,	/* when it is there */
	CONFIG_KERNEL_ON,	/* and complain when it is not */
	CONFIG_KERNEL_OFF,
};

struct config {
	char *path;
	struct config_source *source;
	unsigned int nsource;
	struct config_ptp *ptp;	/* see config_ptp_same_instance() */
	unsigned int nptp;
	struct config_ptp_management ptp_management;
	struct config_serve_ntp serve_ntp;
	int local_stratum;	/* local = { stratum = N }; 0: off */
	double max_offset_ns, slew_threshold_ns;
	bool step_allowed;
	bool control_clock;	/* "control_clock = false": watch only */
	bool hardware_timestamping;	/* default true: use it where it is */
	char **timestamp_interface;	/* empty: all */
	unsigned int ntimestamp_interface;
	char *control_socket;	/* "" off; default CONFIG_CONTROL_SOCKET */
	char *control_group;	/* group that may use it; NULL: root only */
	char *state_dir;	/* "" off; default /var/lib/as-timesync */
	char *leap_file;	/* "" off; default /usr/share/zoneinfo/leap-seconds.list */
	bool leap_smear;	/* leapmode = "slew" instead of "kernel" */
	int kernel;		/* enum config_kernel */
	double kernel_valid_ns;	/* how long the module serves without a word from us */
	double precision_ns;	/* of clock reads; 0: measured */
	unsigned char digest[32];	/* SHA-256 of all the text read */
};

/*
 * Returns a new configuration or NULL with a message "file:line: key: what is
 * wrong; what would be right" in @err (every include counted as its own file).
 */
struct config *config_load(const char *path, char *err, size_t errlen);
void config_free(struct config *c);
/*
 * The poll limits in force, log2 s; @nearby: the server has a private or
 * link-local address.
 */
void config_poll_limits(const struct config_source *s, bool nearby, int *min, int *max);
/* Same server with the same settings, so that a reload leaves it alone. */
bool config_source_equal(const struct config_source *a, const struct config_source *b);
/* Are these ports of one instance: of one domain, and of one sdoId (IEEE 1588-2019 clause 7.1)? */
bool config_ptp_same_instance(const struct config_ptp *a, const struct config_ptp *b);
bool config_ptp_equal(const struct config_ptp *a, const struct config_ptp *b);

#endif
