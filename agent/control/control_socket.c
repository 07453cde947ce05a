// SPDX-License-Identifier: GPL-2.0-or-later
/* The file behind the control socket, and who is at the other end. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_internal.h"

static int unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, O_NONBLOCK)) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* Does somebody listen there? A full queue also means so. */
static bool answers(const struct sockaddr_un *addr)
{
	int fd = unix_socket();
	bool yes;

	if (fd < 0)
		return true;		/* not known: leave it alone */
	yes = !connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ||
	      (errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return yes;
}

static int remove_stale(const struct sockaddr_un *addr, char *err, size_t errlen)
{
	struct stat st;

	if (lstat(addr->sun_path, &st)) {
		if (errno == ENOENT)
			return 0;
		snprintf(err, errlen, "%s: %s", addr->sun_path, strerror(errno));
		return -errno;
	}
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(err, errlen, "%s exists and is no socket; remove it or choose another "
			 "control_socket", addr->sun_path);
		return -EEXIST;
	}
	if (answers(addr)) {
		snprintf(err, errlen, "another daemon answers at %s; stop it or choose another "
			 "control_socket", addr->sun_path);
		return -EADDRINUSE;
	}
	if (unlink(addr->sun_path) && errno != ENOENT) {
		snprintf(err, errlen, "cannot remove the stale %s: %s", addr->sun_path,
			 strerror(errno));
		return -errno;
	}
	return 0;
}

/* The last directory of the path, as systemd's RuntimeDirectory would make it. */
static void make_directory(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = '\0';
		(void)!mkdir(dir, 0755);	/* when it fails, so does bind() */
	}
}

/* Nobody gets in before the mode and the group are what they shall be. */
static int bind_safely(int fd, const struct sockaddr_un *addr, gid_t gid)
{
	if (fchmod(fd, 0600) || bind(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return -errno;
	if ((gid != CONTROL_NO_GROUP && chown(addr->sun_path, (uid_t)-1, gid)) ||
	    chmod(addr->sun_path, 0660) || listen(fd, CONTROL_CONNECTIONS_MAX)) {
		int r = -errno;

		unlink(addr->sun_path);
		return r;
	}
	return 0;
}

int control_listen(const char *path, gid_t gid, dev_t *dev, ino_t *ino, char *err, size_t errlen)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct stat st = { 0 };
	int fd, r;

	if (!*path || strlen(path) >= sizeof(addr.sun_path)) {
		snprintf(err, errlen, "%s: a path of 1 to %zu characters is wanted", path,
			 sizeof(addr.sun_path) - 1);
		return -EINVAL;
	}
	strcpy(addr.sun_path, path);
	make_directory(path);
	r = remove_stale(&addr, err, errlen);
	if (r)
		return r;
	fd = unix_socket();
	r = fd < 0 ? fd : bind_safely(fd, &addr, gid);
	if (!r && lstat(path, &st))
		r = -errno;
	if (r) {
		snprintf(err, errlen, "cannot make %s: %s", path, strerror(-r));
		if (fd >= 0)
			close(fd);
		return r;
	}
	*dev = st.st_dev;
	*ino = st.st_ino;
	return fd;
}

void control_unlink(const char *path, dev_t dev, ino_t ino)
{
	struct stat st;

	if (!lstat(path, &st) && st.st_dev == dev && st.st_ino == ino)
		unlink(path);
}

static bool in_group(int fd, gid_t gid)
{
	gid_t groups[1024];
	socklen_t len = sizeof(groups);

	/* one in more groups than that (ERANGE) may only look */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

bool control_peer_may_change(int fd, gid_t gid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) || len != sizeof(cred))
		return false;
	if (cred.uid == 0 || cred.uid == geteuid())
		return true;
	return gid != CONTROL_NO_GROUP && (cred.gid == gid || in_group(fd, gid));
}
