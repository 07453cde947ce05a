// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/port_state.h"

#define S NSEC_PER_SEC

/* One letter a state, in the order of their numbers: "R" is PRE_MASTER. */
static const char letters[] = "?IFDLRMPUS";

/* Columns: the events in their order. "." stays. */
struct row {
	enum ptp_port_state from;
	const char *to;
};

static const struct row figure_30[] = {
	{ PTP_INITIALIZING, "ILF..D......." },
	{ PTP_FAULTY,	    "I..I.D......." },
	{ PTP_DISABLED,	    "I...I........" },
	{ PTP_LISTENING,    "I.F..DM...RUP" },
	{ PTP_PRE_MASTER,   "I.F..D.M...UP" },
	{ PTP_MASTER,	    "I.F..D.....UP" },
	{ PTP_PASSIVE,	    "I.F..DM...RU." },
	{ PTP_UNCALIBRATED, "I.F..DM.S.R.P" },
	{ PTP_SLAVE,	    "I.F..DM..UR.P" },
};

static const struct row figure_31[] = {
	{ PTP_INITIALIZING, "ILF..D......." },
	{ PTP_FAULTY,	    "I..I.D......." },
	{ PTP_DISABLED,	    "I...I........" },
	{ PTP_LISTENING,    "I.F..D.....U." },
	{ PTP_UNCALIBRATED, "I.F..DL.S.L.L" },
	{ PTP_SLAVE,	    "I.F..DL..UL.L" },
};

static void check_figure(const struct row *row, size_t n, bool receiver_only)
{
	for (size_t i = 0; i < n; i++) {
		enum ptp_port_state s = row[i].from;

		assert_int_equal(strlen(row[i].to), PTP_EV_BMC_PASSIVE + 1);
		for (int ev = 0; ev <= PTP_EV_BMC_PASSIVE; ev++) {
			char want = row[i].to[ev] == '.' ? letters[s] : row[i].to[ev];
			char got = letters[ptp_port_next_state(s, (enum ptp_port_event)ev,
							       receiver_only, false)];

			if (got != want)
				fail_msg("%s, event %d: %c, not %c", ptp_port_state_name(s), ev,
					 got, want);
		}
	}
}

static void test_figure_30(void **state)
{
	check_figure(figure_30, ARRAY_SIZE(figure_30), false);
}

static void test_figure_31(void **state)
{
	check_figure(figure_31, ARRAY_SIZE(figure_31), true);
}

static void test_new_parent(void **state)
{
	for (int receiver = 0; receiver < 2; receiver++) {
		assert_int_equal(ptp_port_next_state(PTP_SLAVE, PTP_EV_BMC_SLAVE, receiver, true),
				 PTP_UNCALIBRATED);
		assert_int_equal(ptp_port_next_state(PTP_UNCALIBRATED, PTP_EV_BMC_SLAVE,
						     receiver, true), PTP_UNCALIBRATED);
	}
}

static struct ptp_port_fsm listening(bool receiver_only)
{
	struct ptp_port_fsm p = {
		.receiver_only = receiver_only, .qualify = true, .announce_interval_ns = 2 * S,
		.listen_ns = 7 * S,
	};

	ptp_port_fsm_init(&p);
	assert_int_equal(p.state, PTP_INITIALIZING);
	assert_false(ptp_port_tick(&p, INT64_MAX - 1));
	assert_true(ptp_port_event(&p, PTP_EV_INITIALIZED, 100 * S));
	assert_int_equal(p.state, PTP_LISTENING);
	return p;
}

static void test_listening_ends(void **state)
{
	struct ptp_port_fsm p = listening(false);

	assert_true(p.due_mono == 107 * S);
	assert_false(ptp_port_tick(&p, 107 * S - 1));
	assert_true(ptp_port_tick(&p, 107 * S));
	assert_int_equal(p.state, PTP_MASTER);
	assert_true(p.due_mono == INT64_MAX);
	p = listening(true);
	assert_false(ptp_port_tick(&p, 107 * S));
	assert_int_equal(p.state, PTP_LISTENING);
	assert_true(p.due_mono == 114 * S);	/* and does not ask for more until then */
}

static void test_qualification(void **state)
{
	struct ptp_port_fsm p = listening(false);

	assert_true(ptp_port_decided(&p, PTP_M3, false, 2, 101 * S));
	assert_int_equal(p.state, PTP_PRE_MASTER);
	assert_true(p.due_mono == 107 * S);	/* 3 intervals of 2 s */
	assert_false(ptp_port_decided(&p, PTP_M3, false, 2, 103 * S));
	assert_true(p.due_mono == 107 * S);	/* once decided, the time runs */
	assert_false(ptp_port_tick(&p, 107 * S - 1));
	assert_true(ptp_port_tick(&p, 107 * S));
	assert_int_equal(p.state, PTP_MASTER);
	assert_false(ptp_port_decided(&p, PTP_M3, false, 2, 108 * S));
	assert_int_equal(p.state, PTP_MASTER);
	/* A grandmaster is qualified at once, also one that was about to be master. */
	p = listening(false);
	assert_true(ptp_port_decided(&p, PTP_M1, false, 0, 101 * S));
	assert_int_equal(p.state, PTP_MASTER);
	p = listening(false);
	ptp_port_decided(&p, PTP_M3, false, 2, 101 * S);
	assert_true(ptp_port_decided(&p, PTP_M2, false, 0, 102 * S));
	assert_int_equal(p.state, PTP_MASTER);
	assert_true(p.due_mono == INT64_MAX);
	/* PRE_MASTER left another way */
	p = listening(false);
	ptp_port_decided(&p, PTP_M3, false, 2, 101 * S);
	assert_true(ptp_port_decided(&p, PTP_P2, false, 2, 102 * S));
	assert_int_equal(p.state, PTP_PASSIVE);
	assert_true(p.due_mono == INT64_MAX);
	/* 802.1AS */
	p = listening(false);
	p.qualify = false;
	assert_true(ptp_port_decided(&p, PTP_M3, false, 2, 101 * S));
	assert_int_equal(p.state, PTP_MASTER);
}

static void test_decisions(void **state)
{
	struct ptp_port_fsm p = listening(false);

	assert_false(ptp_port_decided(&p, PTP_STAY, false, 0, 101 * S));
	assert_true(ptp_port_decided(&p, PTP_S1, true, 1, 101 * S));
	assert_int_equal(p.state, PTP_UNCALIBRATED);
	assert_true(ptp_port_event(&p, PTP_EV_MASTER_CLOCK_SELECTED, 102 * S));
	assert_int_equal(p.state, PTP_SLAVE);
	assert_false(ptp_port_decided(&p, PTP_S1, false, 1, 103 * S));
	assert_true(ptp_port_decided(&p, PTP_S1, true, 1, 104 * S));
	assert_int_equal(p.state, PTP_UNCALIBRATED);
	assert_true(ptp_port_decided(&p, PTP_P1, false, 1, 105 * S));
	assert_int_equal(p.state, PTP_PASSIVE);
	p = listening(true);
	assert_false(ptp_port_decided(&p, PTP_M2, false, 0, 101 * S));
	assert_true(p.due_mono == 107 * S);
	assert_true(ptp_port_decided(&p, PTP_S1, true, 1, 101 * S));
	assert_true(ptp_port_decided(&p, PTP_M2, false, 0, 102 * S));
	assert_int_equal(p.state, PTP_LISTENING);
	assert_true(p.due_mono == 109 * S);
}

static void test_names(void **state)
{
	assert_string_equal(ptp_port_state_name(PTP_INITIALIZING), "INITIALIZING");
	assert_string_equal(ptp_port_state_name(PTP_PRE_MASTER), "PRE_MASTER");
	assert_string_equal(ptp_port_state_name(PTP_SLAVE), "SLAVE");
	assert_int_equal(PTP_SLAVE, 9);		/* table 20 */
	assert_string_equal(ptp_port_state_name((enum ptp_port_state)0), "unknown");
	assert_string_equal(ptp_port_state_name((enum ptp_port_state)10), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figure_30),	cmocka_unit_test(test_figure_31),
		cmocka_unit_test(test_new_parent),	cmocka_unit_test(test_listening_ends),
		cmocka_unit_test(test_qualification),	cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
