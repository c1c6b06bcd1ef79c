// SPDX-License-Identifier: GPL-2.0-only
/* Refusals by what is open. A socket is looked at through a copy of its descriptor (pidfd_getfd). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "target.h"

static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;

struct seen {
	uint64_t *inodes;            /* pipes and sockets: must be the process's alone */
	uint32_t count;
};

struct open_file {
	int fd, flags;
	char path[4096];
	char *info;
	struct stat status;
};

static int remember(struct seen *seen, uint64_t inode)
{
	for (uint32_t i = 0; i < seen->count; i++)
		if (seen->inodes[i] == inode)
			return 0;
	seen->inodes = realloc(seen->inodes, (seen->count + 1) * sizeof(*seen->inodes));
	seen->inodes[seen->count++] = inode;
	return 1;
}

static const char *socket_kind(int copy)
{
	int domain = 0, type = 0;
	socklen_t size = sizeof(int);

	getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &size);
	getsockopt(copy, SOL_SOCKET, SO_TYPE, &type, &size);
	if (domain == AF_UNIX)
		return "unix-socket";
	if (domain == AF_NETLINK)
		return "netlink-socket";
	if (domain != AF_INET && domain != AF_INET6)
		return "socket";
	return type == SOCK_DGRAM ? "udp-socket" : type == SOCK_STREAM ? NULL : "socket";
}

static int attach_check(struct target *target, const struct open_file *file, int copy)
{
	struct tcpmig_attach attach = { .fd = copy };
	int session = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC), refused = 0;

	if (session < 0)
		return target_refuse(target, "module: %s: %s", TCPMIG_DEVICE, strerror(errno));
	if (ioctl(session, TCPMIG_IOC_ATTACH, &attach))
		refused = target_refuse(target, "connection: descriptor %d: %s", file->fd,
					errno == EOPNOTSUPP && attach.refusal < __TCPMIG_REFUSAL_MAX ?
						refusal_names[attach.refusal] : strerror(errno));
	close(session);
	if (refused)
		return -1;
	target->tuples = realloc(target->tuples, (target->connections + 1) * sizeof(*target->tuples));
	target->tuples[target->connections++] = attach.tuple;
	return 0;
}

static int check_socket(struct target *target, const struct open_file *file, struct seen *seen)
{
	const char *kind;
	int copy, refused;

	if (!remember(seen, file->status.st_ino))
		return 0; /* another number of the same socket */
	copy = syscall(SYS_pidfd_getfd, target->pidfd, file->fd, 0);
	if (copy < 0)
		return target_refuse(target, "descriptor: %d: %s", file->fd, strerror(errno));
	kind = socket_kind(copy);
	refused = kind ? target_refuse(target, "%s: descriptor %d", kind, file->fd) : attach_check(target, file, copy);
	close(copy);
	return refused;
}

static int check_device(struct target *target, const struct open_file *file)
{
	unsigned int number = major(file->status.st_rdev), minor_number = minor(file->status.st_rdev);
	char *stat = target_text(target, "stat");
	const char *after = stat ? strrchr(stat, ')') : NULL;
	int terminal = 0;

	if (after)
		sscanf(after + 1, " %*c %*d %*d %*d %d", &terminal);
	free(stat);
	if (number == 1 && strchr("\3\5\7\10\11", (int)minor_number) && minor_number)
		return target_need(target, file->path, CR_FILE_OPEN);
	if ((terminal && (unsigned int)terminal == makedev(number, minor_number)) || (number == 5 && minor_number == 0))
		return target_refuse(target, "controlling-terminal: descriptor %d is %.80s", file->fd, file->path);
	if (number == 4 || number == 5 || (number >= 136 && number <= 143))
		return target_need(target, file->path, CR_FILE_OPEN);
	return target_refuse(target, "device: descriptor %d is %.80s", file->fd, file->path);
}

static int check_anonymous(struct target *target, const struct open_file *file)
{
	const char *flags = text_field(file->info, "settime flags:");

	if (!strncmp(file->path, "anon_inode:[eventfd", 19) || !strcmp(file->path, "anon_inode:[eventpoll]"))
		return 0;
	if (!strcmp(file->path, "anon_inode:[timerfd]"))
		return flags && (strtol(flags, NULL, 8) & 2) ?
			       target_refuse(target, "timerfd: descriptor %d is cancelled by clock changes", file->fd) : 0;
	return target_refuse(target, "descriptor: %d is %.80s", file->fd, file->path);
}

static int check_path(struct target *target, const struct open_file *file)
{
	size_t size = strlen(file->path);

	if (!strncmp(file->path, "/memfd:", 7))
		return target_refuse(target, "memfd: descriptor %d is %.100s", file->fd, file->path);
	if (size > 10 && !strcmp(file->path + size - 10, " (deleted)"))
		return target_refuse(target, "deleted-file: descriptor %d is %.100s", file->fd, file->path);
	if (S_ISFIFO(file->status.st_mode))
		return target_refuse(target, "fifo: descriptor %d is %.80s", file->fd, file->path);
	if (S_ISCHR(file->status.st_mode))
		return check_device(target, file);
	if (!S_ISREG(file->status.st_mode) && !S_ISDIR(file->status.st_mode))
		return target_refuse(target, "descriptor: %d is %.80s", file->fd, file->path);
	return target_need(target, file->path,
			   (file->flags & O_ACCMODE) == O_WRONLY && S_ISREG(file->status.st_mode) ? CR_FILE_WRITTEN :
												    CR_FILE_OPEN);
}

static int check_file(struct target *target, const struct open_file *file, struct seen *seen)
{
	if (text_field(file->info, "lock:"))
		return target_refuse(target, "file-lock: descriptor %d", file->fd);
	if (file->flags & O_ASYNC)
		return target_refuse(target, "asynchronous-io: descriptor %d has O_ASYNC", file->fd);
	if (S_ISSOCK(file->status.st_mode))
		return check_socket(target, file, seen);
	if (!strncmp(file->path, "pipe:[", 6)) {
		remember(seen, file->status.st_ino);
		return file->flags & O_DIRECT ? target_refuse(target, "packet-pipe: descriptor %d", file->fd) : 0;
	}
	return *file->path == '/' ? check_path(target, file) : check_anonymous(target, file);
}

static int look_at(struct target *target, int fd, struct seen *seen)
{
	struct open_file file = { .fd = fd };
	char name[64];
	const char *flags;
	ssize_t size;
	int refused;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", target->pid, fd);
	size = readlink(name, file.path, sizeof(file.path) - 1);
	if (size < 0 || stat(name, &file.status))
		return errno == ENOENT && size < 0 ? 0 : target_refuse(target, "descriptor: %d: %s", fd, strerror(errno));
	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	file.info = target_text(target, name);
	flags = text_field(file.info, "flags:");
	file.flags = flags ? (int)strtol(flags, NULL, 8) : 0;
	refused = check_file(target, &file, seen);
	free(file.info);
	return refused;
}

int inspect_descriptors(struct target *target)
{
	struct seen seen = { 0 };
	struct dirent *entry;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", target->pid);
	folder = opendir(path);
	if (!folder)
		return target_refuse(target, "process: %d: %s", target->pid, strerror(errno));
	while (!*target->reason && (entry = readdir(folder)))
		if (*entry->d_name != '.')
			look_at(target, atoi(entry->d_name), &seen);
	closedir(folder);
	if (!*target->reason)
		inspect_sharing(target, seen.inodes, seen.count);
	free(seen.inodes);
	return *target->reason ? -1 : 0;
}
