// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/tap_device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct tap_device {
	int fd;
	void *map;
	size_t size;
	struct tap_view *view;
};

/* The first page says how large the whole is. */
static int map_all(struct tap_device *d)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *first = mmap(NULL, page, PROT_READ, MAP_SHARED, d->fd, 0);

	if (first == MAP_FAILED)
		return -errno;
	d->size = tap_view_size(first, page);
	munmap(first, page);
	if (!d->size)
		return -EPROTONOSUPPORT;
	d->map = mmap(NULL, d->size, PROT_READ, MAP_SHARED, d->fd, 0);
	if (d->map == MAP_FAILED) {
		d->map = NULL;
		return -errno;
	}
	d->view = tap_view_new(d->map, d->size, false);
	return d->view ? 0 : -ENOMEM;
}

struct tap_device *tap_device_open(int *error)
{
	struct tap_device *d = calloc(1, sizeof(*d));

	if (!d) {
		*error = -ENOMEM;
		return NULL;
	}
	d->fd = open("/dev/" ATS_TAP_DEVICE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	*error = d->fd < 0 ? -errno : map_all(d);
	if (!*error)
		return d;
	tap_device_close(d);
	return NULL;
}

void tap_device_close(struct tap_device *d)
{
	tap_view_free(d->view);
	if (d->map)
		munmap(d->map, d->size);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

int tap_device_fd(const struct tap_device *d)
{
	return d->fd;
}

void tap_device_heard(struct tap_device *d)
{
	u64 count;

	while (read(d->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

struct tap_view *tap_device_view(struct tap_device *d)
{
	return d->view;
}
