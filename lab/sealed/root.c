// SPDX-License-Identifier: GPL-2.0-only
#include "sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *below(const char *root, const char *path)
{
	static char joined[PATH_MAX];

	if (snprintf(joined, sizeof(joined), "%s%s", root, path) >= (int)sizeof(joined)) {
		errno = ENAMETOOLONG;
		fail(root);
	}
	return joined;
}

/* Of a mount that somebody with more privileges made, what it forbids must stay forbidden. */
static unsigned long kept_flags(const char *path)
{
	static const struct { unsigned long of_statvfs, of_mount; } flags[] = {
		{ ST_NOSUID, MS_NOSUID }, { ST_NODEV, MS_NODEV }, { ST_NOEXEC, MS_NOEXEC }, { ST_NOATIME, MS_NOATIME },
		{ ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME },
	};
	struct statvfs found;
	unsigned long kept = 0;

	if (statvfs(path, &found))
		fail(path);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (found.f_flag & flags[i].of_statvfs)
			kept |= flags[i].of_mount;
	return kept;
}

static void bind_read_only(const char *from, const char *to)
{
	if (mount(from, to, NULL, MS_BIND, NULL))
		fail(from);
	if (mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | kept_flags(to), NULL))
		fail(to);
}

static void put_memory(const char *path, unsigned int disk_mb)
{
	char options[64];

	snprintf(options, sizeof(options), "size=%um,nr_inodes=65536,mode=1777", disk_mb);
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options))
		fail(path);
}

static void put_devices(const char *root)
{
	static const char *const names[] = { "/dev/null", "/dev/zero", "/dev/urandom" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mount(names[i], below(root, names[i]), NULL, MS_BIND, NULL))
			fail(names[i]);
}

/* What a build root has of the host that it was made on. */
static void hide_host(const char *root)
{
	static const char *const names[] = { "/etc/hostname", "/etc/resolv.conf" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mount("/dev/null", below(root, names[i]), NULL, MS_BIND, NULL) && errno != ENOENT)
			fail(names[i]);
}

/* The old root is put onto the new one, and taken off it (pivot_root(2)): no path leads there any more. */
static void make_root(const char *root)
{
	if (chdir(root) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/build"))
		fail("pivot_root");
}

void enter_root(const struct places *p)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("/");
	bind_read_only(p->root, p->root);
	put_devices(p->root);
	hide_host(p->root);
	put_memory(below(p->root, "/build"), p->disk_mb);
	put_memory(below(p->root, "/tmp"), p->disk_mb);
	if (mkdir(below(p->root, "/tmp/input"), 0755))
		fail("/tmp/input");
	bind_read_only(p->input, below(p->root, "/tmp/input"));
	if (*p->headers)
		bind_read_only(p->headers, below(p->root, "/usr/src/linux-headers"));
	make_root(p->root);
	if (sethostname("sealed", 6))
		fail("sethostname");
}
