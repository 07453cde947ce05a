// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "daemon/daemon.h"

#define CONFIG_DIR ATS_SYSCONFDIR "/as-timesync/"

static void usage(FILE *to)
{
	fputs("Usage: as-timesyncd [OPTION]...\n"
	      "Keep the system clock right, and serve its time.\n\n"
	      "  -f, --foreground         do not become a daemon, log to standard error\n"
	      "  -c, --config FILE        default " CONFIG_DIR "config.conf\n"
	      "      --check-config FILE  say whether FILE is right, and exit\n"
	      "  -n, --no-control         only watch: never touch the clock\n"
	      "  -d, --debug              log more\n"
	      "  -V, --version\n"
	      "  -h, --help\n", to);
}

static int check_config(const char *path)
{
	char err[512];
	struct config *cfg = config_load(path, err, sizeof(err));

	if (!cfg) {
		fprintf(stderr, "%s\n", err);
		return EXIT_FAILURE;
	}
	printf("%s: right, %u source%s\n", path, cfg->nsource, cfg->nsource == 1 ? "" : "s");
	config_free(cfg);
	return EXIT_SUCCESS;
}

/* The setup guide's other name counts when it is the only file there. */
static const char *default_config(void)
{
	if (access(CONFIG_DIR "config.conf", F_OK) && !access(CONFIG_DIR "client.conf", F_OK))
		return CONFIG_DIR "client.conf";
	return CONFIG_DIR "config.conf";
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "foreground", no_argument, NULL, 'f' },
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", required_argument, NULL, 'C' },
		{ "no-control", no_argument, NULL, 'n' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct daemon_options o = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "fc:ndVh", options, NULL)) != -1) {
		switch (c) {
		case 'f':
			o.foreground = true;
			break;
		case 'c':
			o.config_path = optarg;
			break;
		case 'C':
			return check_config(optarg);
		case 'n':
			o.no_control = true;
			break;
		case 'd':
			o.debug = true;
			break;
		case 'V':
			puts("as-timesyncd " ATS_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "as-timesyncd: unexpected argument \"%s\"\n", argv[optind]);
		return 2;
	}
	if (!o.config_path)
		o.config_path = default_config();
	return daemon_run(&o);
}
