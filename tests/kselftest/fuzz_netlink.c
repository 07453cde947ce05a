// SPDX-License-Identifier: GPL-2.0
/*
 * Sound messages of every command, changed at random, from several processes at
 * once while interfaces and sockets come and go. The same seed sends the same.
 *
 *	fuzz_netlink [-s SEED] [-n INPUTS] [-t SECONDS]
 *
 * It has failed when a reply is not as the contract says, when nothing was
 * accepted, or when the module does not answer any more; what the kernel's log says
 * is for the caller to look at.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"

#include "fuzz.h"
#include "lab.h"
#include "nl.h"
#include "spec.h"

#include "contract_table.h"

#define WORKERS		3
#define FDS		10
#define CHANGE_EVERY	100	/* inputs until the surroundings change */
#define VALUE_MAX	512

/* Of all workers, in shared memory. */
struct tally {
	unsigned long long sent, accepted, refused, silent, replies, wrong, unread;
	char complaint[256];
};

struct worker {
	struct fuzz fuzz;
	struct nl *nl;
	struct nl *spare;		/* asks and does not listen */
	struct tally *tally;
	unsigned int number;
	unsigned int ifindex;
	int fds[FDS];
	__u32 phcs[2];
	/* of the message in work */
	const struct spec_cmd *cmd;
	bool dump;
};

static void look_at_reply(const struct nlmsghdr *nlh, void *data)
{
	struct worker *worker = data;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct spec_cmd *cmd = NULL;
	const char *wrong;
	unsigned int i;

	/* what was spoilt may have become another command */
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i]->id == genl->cmd)
			cmd = commands[i];
	wrong = cmd ? spec_complaint(cmd, nlh->nlmsg_flags & NLM_F_MULTI, nlh) : "no command";
	worker->tally->replies++;
	if (!wrong)
		return;
	worker->tally->wrong++;
	snprintf(worker->tally->complaint, sizeof(worker->tally->complaint), "%s", wrong);
}

static void open_sockets(struct worker *worker)
{
	int *fds = worker->fds, pair[2];
	__u16 port = 1000 + worker->number;

	fds[0] = lab_udp(AF_INET, port);
	fds[1] = lab_udp(AF_INET6, port);
	fds[2] = lab_udp(AF_INET, 0);
	fds[3] = dup(fds[0]);
	fds[4] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fds[5] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	fds[6] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0) {
		fds[7] = pair[0];
		close(pair[1]);
	}
	fds[8] = lab_phc("simnic", 0, O_RDWR, &worker->phcs[0]);
	fds[9] = lab_phc("simnic", 1, O_RDWR, &worker->phcs[1]);
}

static void make_interface(struct worker *worker)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];

	snprintf(name, sizeof(name), "f%u", worker->number);
	snprintf(peer, sizeof(peer), "g%u", worker->number);
	worker->ifindex = lab_veth(name, peer, -1);
}

static void change_surroundings(struct worker *worker)
{
	unsigned int i;

	switch (fuzz_below(&worker->fuzz, 3)) {
	case 0:
		if (worker->ifindex)
			lab_delete(worker->ifindex);
		make_interface(worker);
		break;
	case 1:
		for (i = 0; i < FDS; i++) {
			close(worker->fds[i]);
			worker->fds[i] = -1;
		}
		open_sockets(worker);
		break;
	case 2:
		nl_close(worker->spare);
		worker->spare = nl_open();
		break;
	}
}

/* Names are what links attributes to the surroundings. */
static bool meaningful(struct worker *worker, const struct spec_attr *attr, __u64 *value)
{
	struct fuzz *fuzz = &worker->fuzz;

	if (!strcmp(attr->name, "ifindex"))
		*value = fuzz_once_in(fuzz, 8) ? 1 : worker->ifindex;
	else if (!strcmp(attr->name, "fd"))
		*value = worker->fds[fuzz_below(fuzz, fuzz_once_in(fuzz, 2) ? 2 : FDS)];
	else if (!strcmp(attr->name, "id"))
		*value = 1 + fuzz_below(fuzz, 8);
	else if (!strcmp(attr->name, "index") || !strcmp(attr->name, "target") ||
		 !strcmp(attr->name, "reference-index"))
		*value = worker->phcs[fuzz_below(fuzz, 2)];
	else if (!strcmp(attr->name, "interval"))
		*value = 1000000 * (1 + fuzz_below(fuzz, 1000));
	else
		return false;
	return true;
}

static __u64 value_of(struct worker *worker, const struct spec_attr *attr)
{
	struct fuzz *fuzz = &worker->fuzz;
	__u64 value;

	if (!fuzz_once_in(fuzz, 10) && meaningful(worker, attr, &value))
		return value;
	value = fuzz_number(fuzz);
	if (fuzz_once_in(fuzz, 30))
		return value;
	if (attr->mask)
		return value & attr->mask;
	if (attr->has_max)
		return attr->min + value % (attr->max - attr->min + 1);
	if (attr->has_min && (__s64)value < attr->min)
		return attr->min;
	return value;
}

static void put_attr(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr);

static void put_nest(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr)
{
	unsigned int rules = 1 + fuzz_below(&worker->fuzz, 4), i;
	struct nlattr *nest;

	if (nlh->nlmsg_len < 4096 && fuzz_once_in(&worker->fuzz, 200))
		rules = 4000 + fuzz_below(&worker->fuzz, 200);
	while (rules--) {
		nest = mnl_attr_nest_start(nlh, attr->type);
		for (i = 0; i < attr->nested->count; i++)
			if (!fuzz_once_in(&worker->fuzz, 10000))
				put_attr(worker, nlh, &attr->nested->attrs[i]);
		mnl_attr_nest_end(nlh, nest);
	}
}

static void put_attr(struct worker *worker, struct nlmsghdr *nlh, const struct spec_attr *attr)
{
	struct fuzz *fuzz = &worker->fuzz;
	__u64 octets[VALUE_MAX / 8] = { 0 };
	size_t len = attr->len, i;

	switch (attr->kind) {
	case KIND_NEST:
		put_nest(worker, nlh, attr);
		return;
	case KIND_FLAG:
		break;
	case KIND_BINARY:
	case KIND_STRING:
	case KIND_PAD:
		len = len ?: fuzz_below(fuzz, VALUE_MAX);
		for (i = 0; i < ARRAY_SIZE(octets); i++)
			octets[i] = fuzz_random(fuzz);
		break;
	default:
		octets[0] = value_of(worker, attr);
		break;
	}
	if (fuzz_once_in(fuzz, 100))
		len = fuzz_below(fuzz, VALUE_MAX);
	nl_put(nlh, attr->type, octets, len);
}

static struct nlmsghdr *make_message(struct worker *worker, struct nl *nl)
{
	const struct spec_cmd *cmd = commands[fuzz_below(&worker->fuzz, ARRAY_SIZE(commands))];
	struct fuzz *fuzz = &worker->fuzz;
	unsigned int sparse = 1 + fuzz_below(fuzz, 12);
	struct nlmsghdr *nlh;
	const __u16 *type;

	worker->cmd = cmd;
	worker->dump = cmd->has_dump && fuzz_once_in(fuzz, 2);
	if (fuzz_once_in(fuzz, 100))
		worker->dump = !worker->dump;
	nlh = nl_begin(nl, cmd->id, worker->dump);
	nlh->nlmsg_flags |= NLM_F_ACK;
	for (type = cmd->request; *type && (!worker->dump || fuzz_once_in(fuzz, 4)); type++) {
		if (!fuzz_once_in(fuzz, sparse))
			put_attr(worker, nlh, &cmd->set->attrs[*type - 1]);
		if (fuzz_once_in(fuzz, 50))
			put_attr(worker, nlh, &cmd->set->attrs[*type - 1]);
	}
	if (fuzz_once_in(fuzz, 50))
		put_attr(worker, nlh, &cmd->set->attrs[fuzz_below(fuzz, cmd->set->count)]);
	return nlh;
}

/*
 * Past the netlink header: the kernel drops without a word what has no sound
 * length.
 */
static void spoil_message(struct fuzz *fuzz, struct nlmsghdr *nlh)
{
	if (fuzz_once_in(fuzz, 3))
		nlh->nlmsg_len = NLMSG_HDRLEN + fuzz_below(fuzz, nlh->nlmsg_len - NLMSG_HDRLEN + 1);
	fuzz_spoil(fuzz, mnl_nlmsg_get_payload(nlh), nlh->nlmsg_len - NLMSG_HDRLEN);
}

/* A dump that is begun and never read. */
static void leave_unread(struct worker *worker)
{
	struct nlmsghdr *nlh = make_message(worker, worker->spare);

	nlh->nlmsg_seq = 1;
	if (mnl_socket_sendto(worker->spare->sock, nlh, nlh->nlmsg_len) > 0)
		worker->tally->unread++;
}

static void send_input(struct worker *worker)
{
	struct tally *tally = worker->tally;
	struct answer answer;
	struct nlmsghdr *nlh;

	if (worker->spare && fuzz_once_in(&worker->fuzz, 50)) {
		leave_unread(worker);
		return;
	}
	nlh = make_message(worker, worker->nl);
	if (fuzz_once_in(&worker->fuzz, 3))
		spoil_message(&worker->fuzz, nlh);
	answer = nl_ask(worker->nl, nlh, look_at_reply, worker);
	tally->sent++;
	if (!answer.err)
		tally->accepted++;
	else if (answer.err == -EAGAIN)
		tally->silent++;
	else
		tally->refused++;
}

static void work(struct worker *worker)
{
	__u64 input;

	worker->fuzz.state += worker->number * 1000003;
	worker->nl = nl_open();
	worker->spare = nl_open();
	if (!worker->nl)
		_exit(1);
	open_sockets(worker);
	make_interface(worker);
	for (input = 0; input < worker->fuzz.inputs && fuzz_goes_on(&worker->fuzz); input++) {
		if (input % CHANGE_EVERY == CHANGE_EVERY - 1)
			change_surroundings(worker);
		send_input(worker);
	}
	_exit(0);
}

/* True when all of them ended well. */
static bool run_workers(const struct fuzz *fuzz, struct tally *tallies)
{
	struct worker worker = { .fuzz = *fuzz };
	bool well = true;
	unsigned int i;
	int status;

	worker.fuzz.inputs = fuzz->inputs / WORKERS + 1;
	for (i = 0; i < WORKERS; i++) {
		worker.number = i;
		worker.tally = &tallies[i];
		switch (fork()) {
		case -1:
			return false;
		case 0:
			work(&worker);
		}
	}
	while (wait(&status) > 0)
		well = well && status == 0;
	return well;
}

static struct tally sum(const struct tally *tallies)
{
	struct tally all = { 0 };
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		all.sent += tallies[i].sent;
		all.accepted += tallies[i].accepted;
		all.refused += tallies[i].refused;
		all.silent += tallies[i].silent;
		all.replies += tallies[i].replies;
		all.unread += tallies[i].unread;
		all.wrong += tallies[i].wrong;
		if (tallies[i].wrong)
			memcpy(all.complaint, tallies[i].complaint, sizeof(all.complaint));
	}
	return all;
}

static bool still_answers(void)
{
	struct nl *nl = nl_open();
	bool answers = nl && !nl_ask_plain(nl, ATS_CMD_CAPS_GET, false, NULL, NULL).err;

	nl_close(nl);
	return answers;
}

int main(int argc, char **argv)
{
	struct fuzz fuzz = { .state = 1, .inputs = 6000, .seconds = 120 };
	struct tally *tallies, all;
	bool well;

	fuzz_options(&fuzz, argc, argv);
	ksft_print_header();
	ksft_set_plan(4);
	tallies = mmap(NULL, WORKERS * sizeof(*tallies), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED || !lab_enter())
		ksft_exit_fail_msg("cannot make the surroundings\n");
	well = run_workers(&fuzz, tallies);
	all = sum(tallies);
	ksft_print_msg("sent %llu: accepted %llu, refused %llu, no answer %llu\n", all.sent,
		       all.accepted, all.refused, all.silent);
	ksft_print_msg("replies %llu, wrong %llu %s; dumps left unread %llu\n", all.replies,
		       all.wrong, all.complaint, all.unread);
	ksft_test_result(well && all.silent == 0, "every message is answered\n");
	ksft_test_result(all.wrong == 0 && all.replies > 0, "replies are as the contract says\n");
	ksft_test_result(all.accepted > all.sent / 50 && all.refused > all.sent / 10,
			 "some are accepted, some refused\n");
	ksft_test_result(still_answers(), "the module still answers\n");
	ksft_finished();
}
