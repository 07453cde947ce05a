/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The named scenarios: which world a run lives in and what it must achieve. */
#ifndef ATS_SIM_SCENARIO_H
#define ATS_SIM_SCENARIO_H

#include "network.h"
#include "oscillator.h"
#include "types.h"

#define SCENARIO_SOURCES 4

struct server_law {
	double offset_ns;		/* a liar's lie */
	double step_s, step_ns;		/* steps at this time */
	double flap_s, flap_ns;		/* every flap_s alternates between 0 and flap_ns */
	double freq;			/* drifts away from true time */
	double mute_chance;		/* loses its transmit stamp for interleaving */
	double silent_from_s, silent_to_s;
	double blink_s;			/* silent every other blink_s */
	bool basic_only;		/* no interleaved mode */
};

struct source_law {
	struct path_law fwd, back;
	struct server_law server;
};

struct scenario_limit {
	int poll;
	double rms_ns, p99_ns, max_ns, late_rms_ns;	/* 0: not looked at */
	double converged_s;
	unsigned int broken_bounds;	/* seconds allowed, of all seeds */
};

struct scenario {
	const char *name, *what;
	struct oscillator_law oscillator;
	unsigned int nsource;
	struct source_law source[SCENARIO_SOURCES];
	double lost_tx;			/* chance that our own transmit stamp is lost */
	int leap;			/* +1 or -1 at the end of the day, halfway */
	double duration_s;		/* 0: 40000 */
	double settle_s;		/* 0: 5000 */
	double late_s;			/* 0: none; figures from here on are given apart */
	struct scenario_limit limit[3];
};

extern const struct scenario scenario_table[];
extern const unsigned int scenario_count;

const struct scenario *scenario_find(const char *name);
bool scenario_limit_set(const struct scenario_limit *l);
double scenario_duration(const struct scenario *s);
double scenario_settle(const struct scenario *s);

/* Error of the server's own clock at @age_s since the start of the run. */
double server_law_error_ns(const struct server_law *l, double age_s);
bool server_law_silent(const struct server_law *l, double age_s);

#endif
